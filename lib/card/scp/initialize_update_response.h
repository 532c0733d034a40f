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
//   card challenge | card cryptogram | sequence counter (3, if i & 10)
// challenge and cryptogram of 8 bytes each, in S16 mode (i & 01) of 16.
// SCP02 (GPCS 2.3.1, E.5.1.6):
//   key diversification data (10) | KVN (1) | SCP id '02' (1) |
//   sequence counter (2) | card challenge (6) | card cryptogram (8)
// SCP01 (GPCS 2.1.1, D.4.1.5): as SCP02, but for a card challenge of 8 bytes
// and no counter.
struct InitializeUpdateResponse {
  std::array<uint8_t, 10> key_diversification_data = {};
  uint8_t key_version_number = 0;
  uint8_t scp = 0;
  std::optional<uint8_t> i;  // SCP01 and SCP02 do not say it
  // SCP02: sequence counter and card challenge, as the session keys and the
  // cryptograms want them.
  Bytes card_challenge;
  Bytes card_cryptogram;
  // Big-endian: 2 bytes for SCP02, 3 for SCP03 with i & 10, else empty.
  Bytes sequence_counter;

  // `data` is the answer without its status word. INVALID_ARGUMENT when the
  // length does not fit; UNIMPLEMENTED for another SCP identifier.
  static absl::StatusOr<InitializeUpdateResponse> Parse(ByteSpan data);
};

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_INITIALIZE_UPDATE_RESPONSE_H_
