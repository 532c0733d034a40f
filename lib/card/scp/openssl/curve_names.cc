#include "lib/card/scp/openssl/curve_names.h"

namespace cardferry::scp {

crypto::Curve ToCryptoCurve(EllipticCurve curve) {
  switch (curve) {
    case EllipticCurve::kP256:
      return crypto::Curve::kP256;
    case EllipticCurve::kP384:
      return crypto::Curve::kP384;
    case EllipticCurve::kP521:
      return crypto::Curve::kP521;
    case EllipticCurve::kBrainpoolP256r1:
      return crypto::Curve::kBrainpoolP256r1;
    case EllipticCurve::kBrainpoolP384r1:
      return crypto::Curve::kBrainpoolP384r1;
    case EllipticCurve::kBrainpoolP512r1:
      return crypto::Curve::kBrainpoolP512r1;
  }
  return crypto::Curve::kP256;
}

std::optional<EllipticCurve> CurveOfName(absl::string_view name) {
  for (const EllipticCurve curve :
       {EllipticCurve::kP256, EllipticCurve::kP384, EllipticCurve::kP521,
        EllipticCurve::kBrainpoolP256r1, EllipticCurve::kBrainpoolP384r1,
        EllipticCurve::kBrainpoolP512r1}) {
    if (name == crypto::NameOf(ToCryptoCurve(curve))) return curve;
  }
  if (name == "prime256v1") return EllipticCurve::kP256;
  if (name == "secp384r1") return EllipticCurve::kP384;
  if (name == "secp521r1") return EllipticCurve::kP521;
  return std::nullopt;
}

}  // namespace cardferry::scp
