#include "cardsim/channel/key_check_value.h"

#include "lib/base/status_macros.h"
#include "lib/crypto/aes.h"
#include "lib/crypto/tdes.h"

namespace cardferry::cardsim {

absl::StatusOr<Bytes> KeyCheckValue(KeyType type, const SecretBytes& key) {
  Bytes block;
  if (type == KeyType::kDes) {
    ASSIGN_OR_RETURN(
        block, crypto::TdesEcbEncrypt(key, Bytes(crypto::kDesBlockSize, 0x00)));
  } else {
    ASSIGN_OR_RETURN(
        block, crypto::AesEcbEncrypt(key, Bytes(crypto::kAesBlockSize, 0x01)));
  }
  block.resize(kKeyCheckValueSize);
  return block;
}

}  // namespace cardferry::cardsim
