#ifndef CARDFERRY_LIB_CARD_SCP_SCP11_ELLIPTIC_CURVE_H_
#define CARDFERRY_LIB_CARD_SCP_SCP11_ELLIPTIC_CURVE_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "lib/base/bytes.h"

namespace cardferry::scp {

// The curves of SCP11 (GPCS 2.3.1, table B-2).
enum class EllipticCurve {
  kP256,
  kP384,
  kP521,
  kBrainpoolP256r1,
  kBrainpoolP384r1,
  kBrainpoolP512r1,
};

// The curve of a key parameter reference, 00 to 07; nullopt for the twisted
// brainpool curves and for what is not in the table.
std::optional<EllipticCurve> CurveOfReference(uint8_t reference);

// The bytes of one coordinate; a private key and the x-coordinate that a key
// agreement gives have as many.
size_t CoordinateLength(EllipticCurve curve);

// INVALID_ARGUMENT unless `point` has the form 04 | x | y. Whether it is on the
// curve is for those to see who compute with it.
absl::Status CheckPointForm(EllipticCurve curve, ByteSpan point);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SCP11_ELLIPTIC_CURVE_H_
