#ifndef CARDFERRY_TESTS_CONFORMANCE_HOST_SESSION_MATERIAL_H_
#define CARDFERRY_TESTS_CONFORMANCE_HOST_SESSION_MATERIAL_H_

#include "absl/status/status.h"
#include "tests/conformance/host_crypto.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

// The host's checks of parts of sessions, by kind of vector: what HostRunner
// gives them. DATA_LOSS when something else comes out, INVALID_ARGUMENT when
// the vector is not whole.
absl::Status CheckSessionKeys(HostCrypto& crypto, const Vector& vector);
absl::Status CheckCryptogram(HostCrypto& crypto, const Vector& vector);
absl::Status CheckCmacChain(HostCrypto& crypto, const Vector& vector);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_HOST_SESSION_MATERIAL_H_
