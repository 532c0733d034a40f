#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_CURVE_NAMES_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_CURVE_NAMES_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "lib/card/scp/scp11/elliptic_curve.h"
#include "lib/crypto/elliptic_curve.h"

namespace cardferry::scp {

// The same curve as //lib/crypto has it.
crypto::Curve ToCryptoCurve(EllipticCurve curve);

// The curve that OpenSSL calls so, or the curve's long name; nullopt for
// others.
std::optional<EllipticCurve> CurveOfName(absl::string_view name);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_CURVE_NAMES_H_
