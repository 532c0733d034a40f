#ifndef CARDFERRY_TESTS_CONFORMANCE_CARD_PUT_KEY_H_
#define CARDFERRY_TESTS_CONFORMANCE_CARD_PUT_KEY_H_

#include "absl/status/status.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

// What the simulated card makes of keys that came under a known data encryption
// key: put_key_block is one key, put_key_apdu a whole PUT KEY. DATA_LOSS when
// key or check value are others.
absl::Status CheckCardPutKeyBlock(const Vector& vector);
absl::Status CheckCardPutKeyApdu(const Vector& vector);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_CARD_PUT_KEY_H_
