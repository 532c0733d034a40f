#ifndef CARDFERRY_TESTS_CONFORMANCE_HOST_PUT_KEY_H_
#define CARDFERRY_TESTS_CONFORMANCE_HOST_PUT_KEY_H_

#include "absl/status/status.h"
#include "tests/conformance/host_crypto.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

// A key under a data encryption key, its check value and, where the vector has
// it, its key data field.
absl::Status CheckHostPutKeyBlock(HostCrypto& crypto, const Vector& vector);

// The whole command but for Le, from the plain keys; and what the card said to
// it, where that was recorded.
absl::Status CheckHostPutKeyApdu(HostCrypto& crypto, const Vector& vector);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_HOST_PUT_KEY_H_
