#ifndef CARDFERRY_CARDSIM_STATE_STATE_FILE_FORMAT_H_
#define CARDFERRY_CARDSIM_STATE_STATE_FILE_FORMAT_H_

#include "absl/status/statusor.h"
#include "cardsim/state/card_state.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::cardsim {

// A card's state as the bytes of a file:
//   "CARDFERRY CARD\n" (15) | version (1) |
//   size of the content (4, big-endian) | content |
//   size of the keys (4) | keys |
//   SHA-256 of everything before (32)
inline constexpr uint8_t kStateFileVersion = 1;

// Keys are in the bytes, in clear.
SecretBytes EncodeStateFile(const CardState& state);

// FAILED_PRECONDITION for a file that is none, or of another version; DATA_LOSS
// for one that is cut short, longer than it says, or changed.
absl::StatusOr<CardState> ParseStateFile(ByteSpan bytes);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_STATE_STATE_FILE_FORMAT_H_
