#ifndef CARDFERRY_TESTS_CONFORMANCE_CARD_SESSIONS_H_
#define CARDFERRY_TESTS_CONFORMANCE_CARD_SESSIONS_H_

#include "absl/status/status.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

// The card's checks of whole sessions, by kind of vector: what CardRunner gives
// them. What the card refuses is its error; DATA_LOSS when something else comes
// out, INVALID_ARGUMENT when the vector is not whole.
absl::Status CheckCardTrace(const Vector& vector);
absl::Status CheckCardNegativeTrace(const Vector& vector);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_CARD_SESSIONS_H_
