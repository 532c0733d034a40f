#include "cardsim/card/content_key.h"

#include "absl/status/status.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/cmac.h"
#include "lib/crypto/des_mac.h"
#include "lib/crypto/padding.h"

namespace cardferry::cardsim {
namespace {

constexpr size_t kDesBlock = 8;

}  // namespace

absl::StatusOr<ContentKey> ContentKey::Symmetric(KeyType type,
                                                 SecretBytes value) {
  const size_t size = value.size();
  const bool fits = type == KeyType::kDes
                        ? size == 16
                        : size == 16 || size == 24 || size == 32;
  if (!fits) {
    return absl::InvalidArgumentError(
        "such a key has 16 bytes, and an AES key 16, 24 or 32");
  }
  ContentKey key;
  key.type_ = type;
  key.secret_ = std::make_shared<SecretBytes>(std::move(value));
  return key;
}

absl::StatusOr<std::string> ContentKey::ToPem() const {
  if (public_ == nullptr) {
    return absl::InvalidArgumentError("a secret key has no public half");
  }
  return public_->ToPem();
}

absl::StatusOr<Bytes> ContentKey::Mac(ByteSpan message) const {
  if (secret_ == nullptr) {
    return absl::InvalidArgumentError("a public key makes no MAC");
  }
  if (type_ == KeyType::kAes) return crypto::AesCmac(*secret_, message);
  return crypto::RetailMac(*secret_, Bytes(kDesBlock),
                           crypto::Iso9797Padded(message, kDesBlock));
}

absl::StatusOr<bool> ContentKey::Verifies(ByteSpan message,
                                          ByteSpan signature) const {
  if (public_ != nullptr) return public_->Verifies(message, signature);
  ASSIGN_OR_RETURN(const Bytes mac, Mac(message));
  return ConstantTimeEqual(mac, signature);
}

}  // namespace cardferry::cardsim
