#ifndef CARDFERRY_TESTS_CONFORMANCE_HOST_SESSIONS_H_
#define CARDFERRY_TESTS_CONFORMANCE_HOST_SESSIONS_H_

#include "absl/status/status.h"
#include "tests/conformance/host_crypto.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

// The host's checks of whole sessions, by kind of vector: what HostRunner gives
// them. DATA_LOSS when something else comes out, INVALID_ARGUMENT when the
// vector is not whole.
absl::Status CheckTrace(HostCrypto& crypto, const Vector& vector);
// Whose answers were changed on their way (flip_rmac, drop_rmac).
absl::Status CheckNegativeTrace(HostCrypto& crypto, const Vector& vector);
// SCP02 with implicit initiation, with and without R-MAC session. The records'
// S-RMAC and S-DEK are of another sequence counter than the text's: that is a
// quirk here, and these keys are not compared.
absl::Status CheckImplicit(HostCrypto& crypto, const Vector& vector);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_HOST_SESSIONS_H_
