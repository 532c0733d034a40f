#include "lib/crypto/elliptic_curve.h"

namespace cardferry::crypto {

const char* NameOf(Curve curve) {
  switch (curve) {
    case Curve::kP256:
      return "P-256";
    case Curve::kP384:
      return "P-384";
    case Curve::kP521:
      return "P-521";
    case Curve::kBrainpoolP256r1:
      return "brainpoolP256r1";
    case Curve::kBrainpoolP384r1:
      return "brainpoolP384r1";
    case Curve::kBrainpoolP512r1:
      return "brainpoolP512r1";
  }
  return "";
}

size_t CoordinateLength(Curve curve) {
  switch (curve) {
    case Curve::kP256:
    case Curve::kBrainpoolP256r1:
      return 32;
    case Curve::kP384:
    case Curve::kBrainpoolP384r1:
      return 48;
    case Curve::kP521:
      return 66;
    case Curve::kBrainpoolP512r1:
      return 64;
  }
  return 0;
}

}  // namespace cardferry::crypto
