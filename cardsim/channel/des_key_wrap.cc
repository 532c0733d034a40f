#include "cardsim/channel/des_key_wrap.h"

#include "cardsim/card_error.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/tdes.h"

namespace cardferry::cardsim {

absl::StatusOr<SecretBytes> UnwrapKeyUnderDes(const SecretBytes& dek,
                                              ByteSpan wrapped,
                                              DesKeyWrap mode) {
  constexpr size_t kBlock = crypto::kDesBlockSize;
  if (wrapped.empty() || wrapped.size() % kBlock != 0) {
    return CardError(kWrongData, "encrypted key is not whole DES blocks");
  }
  ASSIGN_OR_RETURN(SecretBytes key, crypto::TdesEcbUnwrapKey(dek, wrapped));
  if (mode == DesKeyWrap::kEcb) return key;
  // CBC is ECB and the cipher text of the block before.
  const absl::Span<uint8_t> plain = key.Write(GrantSecretAccess());
  for (size_t i = kBlock; i < plain.size(); ++i) {
    plain[i] = static_cast<uint8_t>(plain[i] ^ wrapped[i - kBlock]);
  }
  return key;
}

}  // namespace cardferry::cardsim
