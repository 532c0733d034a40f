#ifndef CARDFERRY_SERVICES_KEYVAULT_CONTENT_SIGNER_H_
#define CARDFERRY_SERVICES_KEYVAULT_CONTENT_SIGNER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "hsm-config/key_profile.h"
#include "lib/base/bytes.h"
#include "lib/pkcs11/signing_key.h"

namespace cardferry::keyvault {

// A key pair that signs content, as far as others may know it.
struct ContentKey {
  std::string name;
  pkcs11::SigningAlgorithm algorithm = pkcs11::SigningAlgorithm::kEcdsaP256;
  hsm::ContentSignature signs = hsm::ContentSignature::kDap;
  pkcs11::PublicKey public_key;
  std::string pem;  // the same as SubjectPublicKeyInfo
};

// The keys that sign content for cards. Safe to use from many threads.
class ContentSigner {
 public:
  virtual ~ContentSigner() = default;

  virtual std::vector<ContentKey> ContentKeys() const = 0;

  // The signature of the key `name` over `message`, which is verified before it
  // is given. NOT_FOUND: no such key that signs this kind of thing.
  // UNAVAILABLE: the HSM. DATA_LOSS: what it gave does not verify.
  virtual absl::StatusOr<Bytes> Sign(const std::string& name,
                                     hsm::ContentSignature kind,
                                     ByteSpan message) = 0;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_CONTENT_SIGNER_H_
