#ifndef CARDFERRY_TESTS_CONFORMANCE_CARD_SCP11_H_
#define CARDFERRY_TESTS_CONFORMANCE_CARD_SCP11_H_

#include "absl/status/status.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

// The card's check of a key agreement and its session: what CardRunner gives
// it. Where the card's private key was not published, the card is given what
// the two sides agreed on. DATA_LOSS when something else comes out.
absl::Status CheckCardScp11(const Vector& vector);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_CARD_SCP11_H_
