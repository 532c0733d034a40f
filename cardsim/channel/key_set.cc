#include "cardsim/channel/key_set.h"

#include <cstddef>

namespace cardferry::cardsim {

KeySet KeySet::Clone() const {
  return {type,        enc.Clone(), mac.Clone(),
          dek.Clone(), version,     diversification_data};
}

absl::Status CheckKeySet(const KeySet& keys) {
  const size_t size = keys.enc.size();
  if (keys.type == KeyType::kDes && size != 16) {
    return absl::InvalidArgumentError("a triple DES key has 16 bytes");
  }
  if (size != 16 && size != 24 && size != 32) {
    return absl::InvalidArgumentError("an AES key has 16, 24 or 32 bytes");
  }
  if (keys.mac.size() != size || keys.dek.size() != size) {
    return absl::InvalidArgumentError("the three keys differ in length");
  }
  return absl::OkStatus();
}

KeyCounters FreshCounters(KeyType type) {
  return {type == KeyType::kAes ? 1u : 0u, 0};
}

}  // namespace cardferry::cardsim
