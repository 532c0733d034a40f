#ifndef CARDFERRY_LIB_CRYPTO_EC_PRIVATE_KEY_H_
#define CARDFERRY_LIB_CRYPTO_EC_PRIVATE_KEY_H_

#include <openssl/evp.h>

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/crypto/elliptic_curve.h"

namespace cardferry::crypto {

// A private key for key agreement by elliptic curve Diffie-Hellman (BSI
// TR-03111, 4.3.1; NIST SP 800-56A, 5.7.1.2). Its value never leaves it.
class EcPrivateKey {
 public:
  // A new random one.
  static absl::StatusOr<EcPrivateKey> Generate(Curve curve);

  // A known one, big-endian, CoordinateLength bytes. INVALID_ARGUMENT for
  // another length, and for zero or what is not below the curve's order.
  static absl::StatusOr<EcPrivateKey> Create(Curve curve,
                                             const SecretBytes& value);

  Curve curve() const { return curve_; }
  // 04 | x | y.
  const Bytes& public_point() const { return public_point_; }

  // The x-coordinate of this key times `peer`, CoordinateLength bytes.
  // INVALID_ARGUMENT for a peer that is no point of the curve, 04 | x | y.
  absl::StatusOr<SecretBytes> Agree(ByteSpan peer) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;

  EcPrivateKey(Curve curve, Key key, Bytes public_point)
      : curve_(curve),
        key_(std::move(key)),
        public_point_(std::move(public_point)) {}

  Curve curve_;
  Key key_;
  Bytes public_point_;
};

}  // namespace cardferry::crypto

#endif  // CARDFERRY_LIB_CRYPTO_EC_PRIVATE_KEY_H_
