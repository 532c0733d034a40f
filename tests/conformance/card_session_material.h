#ifndef CARDFERRY_TESTS_CONFORMANCE_CARD_SESSION_MATERIAL_H_
#define CARDFERRY_TESTS_CONFORMANCE_CARD_SESSION_MATERIAL_H_

#include <cstdint>

#include "absl/status/status.h"
#include "cardsim/channel/key_set.h"
#include "lib/base/bytes.h"
#include "tests/conformance/session_record.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

// The card's checks of parts of sessions, by kind of vector: what CardRunner
// gives them. DATA_LOSS when something else comes out, INVALID_ARGUMENT when
// the vector is not whole.
absl::Status CheckCardSessionKeys(const Vector& vector);
absl::Status CheckCardCryptograms(const Vector& vector);
absl::Status CheckCardCmacChain(const Vector& vector);
absl::Status CheckCardPseudoChallenge(const Vector& vector);

// The keys as the simulated card has them.
cardsim::KeySet MakeKeySet(const StaticKeys& keys);

// A sequence counter, big-endian.
uint32_t ReadCounter(ByteSpan bytes);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_CARD_SESSION_MATERIAL_H_
