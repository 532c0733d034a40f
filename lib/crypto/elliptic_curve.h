#ifndef CARDFERRY_LIB_CRYPTO_ELLIPTIC_CURVE_H_
#define CARDFERRY_LIB_CRYPTO_ELLIPTIC_CURVE_H_

#include <cstddef>

namespace cardferry::crypto {

// NIST SP 800-186, RFC 5639. Points are 04 | x | y.
enum class Curve {
  kP256,
  kP384,
  kP521,
  kBrainpoolP256r1,
  kBrainpoolP384r1,
  kBrainpoolP512r1,
};

// As OpenSSL calls it.
const char* NameOf(Curve curve);

// The bytes of a coordinate, and of a private key.
size_t CoordinateLength(Curve curve);

}  // namespace cardferry::crypto

#endif  // CARDFERRY_LIB_CRYPTO_ELLIPTIC_CURVE_H_
