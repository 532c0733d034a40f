#ifndef CARDFERRY_TESTS_CONFORMANCE_CARD_IMPLICIT_H_
#define CARDFERRY_TESTS_CONFORMANCE_CARD_IMPLICIT_H_

#include "absl/status/status.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

// Sessions of SCP02 that begin by their first C-MAC, in the simulated card. Its
// S-DEK and S-RMAC come from the sequence counter after that MAC, those of the
// vectors from the counter before it: they are not compared, and the answers of
// an R-MAC session are made under the vector's key.
absl::Status CheckCardImplicit(const Vector& vector);
absl::Status CheckCardImplicitRMac(const Vector& vector);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_CARD_IMPLICIT_H_
