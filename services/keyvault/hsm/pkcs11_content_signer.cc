#include "services/keyvault/hsm/pkcs11_content_signer.h"

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/digest.h"
#include "services/keyvault/hsm/hsm_status.h"

namespace cardferry::keyvault {
namespace {

using pkcs11::SigningAlgorithm;

// Neither a hash (its length) nor a command (its first byte is no P1).
constexpr char kTrial[] = "cardferry: a signing key is tried";

absl::StatusOr<crypto::VerificationKey> ToVerificationKey(
    SigningAlgorithm algorithm, const pkcs11::PublicKey& key) {
  switch (algorithm) {
    case SigningAlgorithm::kRsa2048Pss:
      return crypto::VerificationKey::Rsa(key.modulus, key.exponent);
    case SigningAlgorithm::kEcdsaP256:
      return crypto::VerificationKey::Ec(crypto::Curve::kP256, key.point);
    case SigningAlgorithm::kEcdsaP384:
      return crypto::VerificationKey::Ec(crypto::Curve::kP384, key.point);
  }
  return absl::InternalError("no such algorithm");
}

Bytes DigestFor(SigningAlgorithm algorithm, ByteSpan message) {
  return algorithm == SigningAlgorithm::kEcdsaP384 ? crypto::Sha384(message)
                                                   : crypto::Sha256(message);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Pkcs11ContentSigner>> Pkcs11ContentSigner::Open(
    pkcs11::Token& token, const std::vector<hsm::SigningKey>& keys) {
  auto signer = absl::WrapUnique(new Pkcs11ContentSigner(token));
  for (const hsm::SigningKey& key : keys) {
    RETURN_IF_ERROR(
        Annotate(signer->Add(key), absl::StrCat("signing key ", key.name)));
  }
  return signer;
}

absl::Status Pkcs11ContentSigner::Add(const hsm::SigningKey& entry) {
  ASSIGN_OR_RETURN(pkcs11::Session session,
                   token_.OpenSession(pkcs11::Access::kReadOnly));
  ASSIGN_OR_RETURN(
      pkcs11::PublicKey public_key,
      pkcs11::ReadPublicKey(session, entry.algorithm, entry.in_token));
  ASSIGN_OR_RETURN(crypto::VerificationKey verification,
                   ToVerificationKey(entry.algorithm, public_key));
  ASSIGN_OR_RETURN(std::string pem, verification.ToPem());
  Key key{entry, std::move(public_key), std::move(verification),
          std::move(pem)};
  RETURN_IF_ERROR(SignWith(key, AsBytes(kTrial)).status());
  keys_.push_back(std::move(key));
  return absl::OkStatus();
}

std::vector<ContentKey> Pkcs11ContentSigner::ContentKeys() const {
  std::vector<ContentKey> keys;
  for (const Key& key : keys_) {
    keys.push_back({key.entry.name, key.entry.algorithm, key.entry.signs,
                    key.public_key, key.pem});
  }
  return keys;
}

absl::StatusOr<Bytes> Pkcs11ContentSigner::Sign(const std::string& name,
                                                hsm::ContentSignature kind,
                                                ByteSpan message) {
  for (const Key& key : keys_) {
    if (key.entry.name != name) continue;
    if (key.entry.signs == kind) {
      absl::StatusOr<Bytes> signature = SignWith(key, message);
      if (!signature.ok()) return ForVault(signature.status());
      return signature;
    }
    return absl::NotFoundError(
        absl::StrCat("the key ", name, " signs something else: ",
                     kind == hsm::ContentSignature::kDap ? "tokens" : "DAPs"));
  }
  return absl::NotFoundError(
      absl::StrCat("the key profile has no signing key ", name));
}

absl::StatusOr<Bytes> Pkcs11ContentSigner::SignWith(const Key& key,
                                                    ByteSpan message) {
  ASSIGN_OR_RETURN(pkcs11::Session session,
                   token_.OpenSession(pkcs11::Access::kReadOnly));
  ASSIGN_OR_RETURN(const pkcs11::ObjectHandle handle,
                   pkcs11::FindPrivateKey(session, key.entry.in_token));
  const Bytes digest = DigestFor(key.entry.algorithm, message);
  ASSIGN_OR_RETURN(const Bytes signature,
                   pkcs11::SignContent(session, key.entry.algorithm, handle,
                                       {message, digest}));
  ASSIGN_OR_RETURN(const bool verifies,
                   key.verification.Verifies(message, signature));
  if (!verifies) {
    return absl::DataLossError("the module's signature does not verify");
  }
  return signature;
}

}  // namespace cardferry::keyvault
