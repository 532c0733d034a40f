#ifndef CARDFERRY_CARDSIM_CARD_PUT_KEY_COMMAND_H_
#define CARDFERRY_CARDSIM_CARD_PUT_KEY_COMMAND_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "cardsim/channel/key_set.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"

namespace cardferry::cardsim {

// One key as PUT KEY carries it.
struct WrappedKey {
  KeyType type = KeyType::kAes;
  size_t size = 0;  // of the key itself, in bytes
  Bytes wrapped;    // under the data encryption key; longer where it is padded
  Bytes check_value;  // 3 bytes, or none
};

// What a PUT KEY asks for (GPCS 2.3.1, 11.8).
struct PutKeyCommand {
  std::optional<uint8_t> old_version;  // nullopt: new keys are added
  uint8_t new_version = 0;
  // Several keys: a whole set of three from identifier 1 on. One key: that of
  // this identifier, 1 to 3.
  bool whole_set = false;
  uint8_t identifier = 0;
  std::vector<WrappedKey> keys;

  // P1: 00 or the version to replace. P2: the identifier, and bit 8 for several
  // keys. Data:
  //   new version (1) | keys
  // with each key as
  //   80 | 10 | wrapped (16) | check value
  //   88 | length | size (1) | wrapped | check value    (GPC Amendment D, 7.2)
  //   88 | length | wrapped | check value               (older hosts)
  //   check value: 00, or 03 and three bytes
  // Errors: 6A86 for P1 and P2 that are none; 6A80 for another type of key, a
  // version that is none (01 to 7F are), too few or too many keys, and data
  // that is cut short or goes on.
  static absl::StatusOr<PutKeyCommand> Parse(const card::CommandApdu& command);
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_PUT_KEY_COMMAND_H_
