#ifndef CARDFERRY_CARDSIM_CARD_CONTENT_KEY_H_
#define CARDFERRY_CARDSIM_CARD_CONTENT_KEY_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "cardsim/channel/key_set.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/crypto/signature.h"

namespace cardferry::cardsim {

// A key of a security domain that is no secure channel's: it verifies load
// files (DAP) or tokens, or makes receipts (GPCS 2.3.1, B.1 to B.4 and C.3 to
// C.5). Cheap to copy.
class ContentKey {
 public:
  // Public keys only verify.
  explicit ContentKey(crypto::VerificationKey key)
      : public_(std::make_shared<crypto::VerificationKey>(std::move(key))) {}

  // Triple DES of 16 bytes (retail MAC, 8 bytes) or AES (CMAC, 16 bytes).
  // INVALID_ARGUMENT for another length.
  static absl::StatusOr<ContentKey> Symmetric(KeyType type, SecretBytes value);

  // No public key: it makes receipts too.
  bool is_secret() const { return secret_ != nullptr; }

  // A public key as SubjectPublicKeyInfo (VerificationKey::ToPem); another has
  // a value and a type. INVALID_ARGUMENT for a key that is none.
  absl::StatusOr<std::string> ToPem() const;
  const SecretBytes& value() const { return *secret_; }
  KeyType type() const { return type_; }

  // True when `signature` is that of the key's owner over `message`.
  absl::StatusOr<bool> Verifies(ByteSpan message, ByteSpan signature) const;

  // The MAC over `message`. INVALID_ARGUMENT for a public key.
  absl::StatusOr<Bytes> Mac(ByteSpan message) const;

 private:
  ContentKey() = default;

  std::shared_ptr<const crypto::VerificationKey> public_;
  std::shared_ptr<const SecretBytes> secret_;
  KeyType type_ = KeyType::kAes;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_CONTENT_KEY_H_
