#ifndef CARDFERRY_LIB_CARD_GP_PUT_KEY_H_
#define CARDFERRY_LIB_CARD_GP_PUT_KEY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"

// PUT KEY (GPCS 2.3.1, 11.8). Keys come here as whoever has them wrapped them:
// this code sees none.
namespace cardferry::card {

// How a key data field is built (11.8.2.3.1).
enum class KeyField {
  kTdes,            // 80 | length | wrapped
  kTdesEcb,         // 81 | length | wrapped: cards of Open Platform 2.0.1'
  kAes,             // 88 | length | size | wrapped (GPC Amendment D, 7.2)
  kAesWithoutSize,  // 88 | length | wrapped: cards from before Amendment D
};

// One key under the data encryption key of the session.
struct WrappedKey {
  KeyField field = KeyField::kAes;
  size_t size = 0;    // of the key itself, in bytes
  Bytes wrapped;      // whole blocks: longer than the key where it is padded
  Bytes check_value;  // 3 bytes; empty: none is said, and none is asked for
};

// A set of keys, or one key of a set.
struct KeysToPut {
  std::optional<uint8_t> replaces;  // the version; nullopt: they are added
  uint8_t version = 0;              // that they get
  uint8_t first_identifier = 1;     // of the others one more each
  std::vector<WrappedKey> keys;
};

// The command; it asks for an answer. INVALID_ARGUMENT for no keys, for a
// version or an identifier that is none (1 to 127), for a key, a check value or
// a wrapped key of a length that none has, and for more than fits.
absl::StatusOr<CommandApdu> PutKey(const KeysToPut& keys);

// Compares what a card that accepted the command says (11.8.3.1):
//   version (1) | check values (3 each)
// DATA_LOSS for another version or another check value: the card holds other
// keys than were sent. A card may say the version alone.
absl::Status CheckPutKeyAnswer(const KeysToPut& keys, ByteSpan answer);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_GP_PUT_KEY_H_
