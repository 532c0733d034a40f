#ifndef CARDFERRY_TESTS_CONFORMANCE_HOST_SCP11_H_
#define CARDFERRY_TESTS_CONFORMANCE_HOST_SCP11_H_

#include "absl/status/status.h"
#include "tests/conformance/host_crypto.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

// The host's check of a key agreement and its session: what HostRunner gives
// it. DATA_LOSS when something else comes out.
absl::Status CheckScp11(HostCrypto& crypto, const Vector& vector);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_HOST_SCP11_H_
