#ifndef CARDFERRY_LIB_PKCS11_SIGNING_KEY_H_
#define CARDFERRY_LIB_PKCS11_SIGNING_KEY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/pkcs11/cryptoki.h"
#include "lib/pkcs11/key_template.h"
#include "lib/pkcs11/session.h"

// Key pairs that sign content for cards (GPCS 2.3.1, B.3 and B.4).
namespace cardferry::pkcs11 {

enum class SigningAlgorithm {
  kRsa2048Pss,  // SHA-256, salt of 32 bytes
  kEcdsaP256,   // SHA-256
  kEcdsaP384,   // SHA-384
};

// How a key pair is named in a token: both halves alike.
struct KeyPairName {
  std::string label;
  Bytes id;
};

// Makes a key pair as token objects: the private key sensitive, not
// extractable, for signing only. ALREADY_EXISTS when there is one.
absl::Status GenerateSigningKey(Session& session, const TemplateRules& rules,
                                SigningAlgorithm algorithm,
                                const KeyPairName& name);

// NOT_FOUND, or FAILED_PRECONDITION when there is more than one.
absl::StatusOr<ObjectHandle> FindPrivateKey(Session& session,
                                            const KeyPairName& name);

// FAILED_PRECONDITION, naming the key and a difference, unless the private key
// is as GenerateSigningKey makes it.
absl::Status CheckSigningKey(Session& session, const TemplateRules& rules,
                             SigningAlgorithm algorithm, ObjectHandle key,
                             const KeyPairName& name);

// The public half. RSA: modulus and exponent, big-endian. EC: `point`, 04 | x |
// y.
struct PublicKey {
  Bytes modulus;
  Bytes exponent;
  Bytes point;
};
// Errors of FindPrivateKey; UNAVAILABLE for a point that is none.
absl::StatusOr<PublicKey> ReadPublicKey(Session& session,
                                        SigningAlgorithm algorithm,
                                        const KeyPairName& name);

// What is signed: RSA keys hash `message` themselves, EC keys take the
// `digest` of it by their algorithm's hash.
struct SigningInput {
  ByteSpan message;
  ByteSpan digest;
};

// The signature: RSA as long as the modulus, ECDSA r | s.
absl::StatusOr<Bytes> SignContent(Session& session, SigningAlgorithm algorithm,
                                  ObjectHandle key, const SigningInput& input);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_SIGNING_KEY_H_
