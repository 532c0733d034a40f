#ifndef CARDFERRY_LIB_CARD_SCP_INITIALIZE_UPDATE_RESPONSE_H_
#define CARDFERRY_LIB_CARD_SCP_INITIALIZE_UPDATE_RESPONSE_H_

#include <array>
#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"

namespace cardferry::scp {

// What a card answers to INITIALIZE UPDATE.
// SCP03 (GPC Amendment D, 7.1.1.6):
//   key diversification data (10) | KVN (1) | SCP id '03' (1) | i (1) |
//   card challenge (8) | card cryptogram (8) | sequence counter (3, if i & 10)
// SCP02 (GPCS 2.3.1, E.5.1.6):
//   key diversification data (10) | KVN (1) | SCP id '02' (1) |
//   sequence counter (2) | card challenge (6) | card cryptogram (8)
struct InitializeUpdateResponse {
  std::array<uint8_t, 10> key_diversification_data = {};
  uint8_t key_version_number = 0;
  uint8_t scp = 0;
  std::optional<uint8_t> i;  // SCP02 does not say it
  // SCP02: sequence counter and card challenge, as the session keys and the
  // cryptograms want them.
  std::array<uint8_t, 8> card_challenge = {};
  std::array<uint8_t, 8> card_cryptogram = {};
  // Big-endian: 2 bytes for SCP02, 3 for SCP03 with i & 10, else empty.
  Bytes sequence_counter;

  // `data` is the answer without its status word. INVALID_ARGUMENT when the
  // length does not fit; UNIMPLEMENTED for another SCP identifier or S16.
  static absl::StatusOr<InitializeUpdateResponse> Parse(ByteSpan data);
};

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_INITIALIZE_UPDATE_RESPONSE_H_
