#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_PKCS11_CONTENT_SIGNER_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_PKCS11_CONTENT_SIGNER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "hsm-config/key_profile.h"
#include "lib/base/bytes.h"
#include "lib/crypto/signature.h"
#include "lib/pkcs11/token.h"
#include "services/keyvault/content_signer.h"

namespace cardferry::keyvault {

// The signing keys of a PKCS#11 token. Each signature has a session of its own:
// people approve seldom.
class Pkcs11ContentSigner final : public ContentSigner {
 public:
  // Finds the keys and has each sign once something that no card takes. What
  // does not verify then: DATA_LOSS. Also NOT_FOUND, UNAVAILABLE. `token` lives
  // longer.
  static absl::StatusOr<std::unique_ptr<Pkcs11ContentSigner>> Open(
      pkcs11::Token& token, const std::vector<hsm::SigningKey>& keys);

  std::vector<ContentKey> ContentKeys() const override;
  absl::StatusOr<Bytes> Sign(const std::string& name,
                             hsm::ContentSignature kind,
                             ByteSpan message) override;

 private:
  struct Key {
    hsm::SigningKey entry;
    pkcs11::PublicKey public_key;
    crypto::VerificationKey verification;
    std::string pem;
  };

  explicit Pkcs11ContentSigner(pkcs11::Token& token) : token_(token) {}

  absl::Status Add(const hsm::SigningKey& entry);
  absl::StatusOr<Bytes> SignWith(const Key& key, ByteSpan message);

  pkcs11::Token& token_;
  std::vector<Key> keys_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_PKCS11_CONTENT_SIGNER_H_
