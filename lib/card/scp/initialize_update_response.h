#ifndef CARDFERRY_LIB_CARD_SCP_INITIALIZE_UPDATE_RESPONSE_H_
#define CARDFERRY_LIB_CARD_SCP_INITIALIZE_UPDATE_RESPONSE_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"

namespace cardferry::scp {

// What a card answers to INITIALIZE UPDATE, SCP03 (GPC Amendment D, 7.1.1.6):
//   key diversification data (10) | KVN (1) | SCP id '03' (1) | i (1) |
//   card challenge (8) | card cryptogram (8) | sequence counter (3, if i & 10)
struct InitializeUpdateResponse {
  std::array<uint8_t, 10> key_diversification_data = {};
  uint8_t key_version_number = 0;
  uint8_t i = 0;
  std::array<uint8_t, 8> card_challenge = {};
  std::array<uint8_t, 8> card_cryptogram = {};
  std::optional<std::array<uint8_t, 3>> sequence_counter;

  // `data` is the answer without its status word. INVALID_ARGUMENT when the
  // length does not fit `i`; UNIMPLEMENTED for another SCP identifier or S16.
  static absl::StatusOr<InitializeUpdateResponse> Parse(ByteSpan data);
};

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_INITIALIZE_UPDATE_RESPONSE_H_
