#ifndef CARDFERRY_LIB_CRYPTO_SIGNATURE_H_
#define CARDFERRY_LIB_CRYPTO_SIGNATURE_H_

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"
#include "lib/crypto/elliptic_curve.h"

namespace cardferry::crypto {

// A public key whose owner signs what cards are told or told us: tokens, DAP,
// receipts (GPCS 2.3.1, B.3 and B.4).
class VerificationKey {
 public:
  // Big-endian, the modulus odd and of 1024 to 4096 bits, the exponent odd, not
  // 1 and of at most 8 bytes. The scheme goes by the modulus's length: up to
  // 1024 bits RSASSA-PKCS1-v1_5 with SHA-1 (B.3.1.1), above RSASSA-PSS with
  // SHA-256 and a salt of 32 bytes (B.3.2.1).
  // INVALID_ARGUMENT for what is no such key.
  static absl::StatusOr<VerificationKey> Rsa(ByteSpan modulus,
                                             ByteSpan exponent);

  // `point` is 04 | x | y. ECDSA with SHA-256 for curves of 256 bits, SHA-384
  // and SHA-512 above (B.4.3). INVALID_ARGUMENT for a point that is not on the
  // curve.
  static absl::StatusOr<VerificationKey> Ec(Curve curve, ByteSpan point);

  // SubjectPublicKeyInfo (RFC 5280, 4.1) in PEM, as other programs write it, of
  // a key that Rsa or Ec would take, on one of Curve's. INVALID_ARGUMENT for
  // anything else.
  static absl::StatusOr<VerificationKey> FromPem(absl::string_view pem);
  absl::StatusOr<std::string> ToPem() const;

  // True when `signature` is the owner's over `message`. RSA: as long as the
  // modulus; ECDSA: r | s, each as long as the curve's order. An error says
  // nothing about the signature.
  absl::StatusOr<bool> Verifies(ByteSpan message, ByteSpan signature) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;

  explicit VerificationKey(Key key) : key_(std::move(key)) {}

  Key key_;
};

}  // namespace cardferry::crypto

#endif  // CARDFERRY_LIB_CRYPTO_SIGNATURE_H_
