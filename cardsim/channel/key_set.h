#ifndef CARDFERRY_CARDSIM_CHANNEL_KEY_SET_H_
#define CARDFERRY_CARDSIM_CHANNEL_KEY_SET_H_

#include <array>
#include <cstdint>

#include "absl/status/status.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::cardsim {

// What a key is for (GPCS 2.3.1, table 11-16), as PUT KEY and the key
// information template name it. It also says which protocol a key set speaks:
// SCP02 wants triple DES, SCP03 AES.
enum class KeyType : uint8_t { kDes = 0x80, kAes = 0x88 };

// A key set of a simulated card: Key-ENC, Key-MAC and Key-DEK, with what
// INITIALIZE UPDATE says of them. DES: 16 bytes each. AES: 16, 24 or 32 bytes,
// all alike.
struct KeySet {
  KeyType type = KeyType::kAes;
  SecretBytes enc;
  SecretBytes mac;
  SecretBytes dek;
  uint8_t version = 0;
  std::array<uint8_t, 10> diversification_data = {};

  KeySet Clone() const;
};

// INVALID_ARGUMENT when the keys have not the lengths that their type wants.
absl::Status CheckKeySet(const KeySet& keys);

// What of a key set outlives a power cut, beside the keys.
struct KeyCounters {
  // What the next INITIALIZE UPDATE shows. SCP03 (if i & 10): 24 bits, moves
  // with each INITIALIZE UPDATE. SCP02: 16 bits, moves with the first C-MAC of
  // a session that verifies.
  uint32_t sequence = 0;
  // Failed EXTERNAL AUTHENTICATE since the last that succeeded.
  int failures = 0;
};

// The counters of keys that have just been put on the card: SCP02 shows the
// counter as it stands (0), SCP03 adds one before it shows it (1).
KeyCounters FreshCounters(KeyType type);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_KEY_SET_H_
