#include "lib/card/scp/scp11/elliptic_curve.h"

#include "absl/strings/str_cat.h"

namespace cardferry::scp {

std::optional<EllipticCurve> CurveOfReference(uint8_t reference) {
  switch (reference) {
    case 0x00:
      return EllipticCurve::kP256;
    case 0x01:
      return EllipticCurve::kP384;
    case 0x02:
      return EllipticCurve::kP521;
    case 0x03:
      return EllipticCurve::kBrainpoolP256r1;
    case 0x05:
      return EllipticCurve::kBrainpoolP384r1;
    case 0x07:
      return EllipticCurve::kBrainpoolP512r1;
    default:
      return std::nullopt;
  }
}

size_t CoordinateLength(EllipticCurve curve) {
  switch (curve) {
    case EllipticCurve::kP256:
    case EllipticCurve::kBrainpoolP256r1:
      return 32;
    case EllipticCurve::kP384:
    case EllipticCurve::kBrainpoolP384r1:
      return 48;
    case EllipticCurve::kBrainpoolP512r1:
      return 64;
    case EllipticCurve::kP521:
      return 66;
  }
  return 0;
}

absl::Status CheckPointForm(EllipticCurve curve, ByteSpan point) {
  constexpr uint8_t kUncompressed = 0x04;
  const size_t length = 1 + 2 * CoordinateLength(curve);
  if (point.size() == length && point[0] == kUncompressed) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("public key of ", point.size(),
                                                 " bytes, must be 04 and ",
                                                 length - 1, " bytes"));
}

}  // namespace cardferry::scp
