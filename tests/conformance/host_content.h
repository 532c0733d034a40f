#ifndef CARDFERRY_TESTS_CONFORMANCE_HOST_CONTENT_H_
#define CARDFERRY_TESTS_CONFORMANCE_HOST_CONTENT_H_

#include "absl/status/status.h"
#include "tests/conformance/host_crypto.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

// The host's checks of what signs and hashes card content, by kind of vector.
// Symmetric signatures are made anew with `crypto`, those of public keys are
// verified. DATA_LOSS when something else comes out, INVALID_ARGUMENT when the
// vector is not whole.
absl::Status CheckToken(HostCrypto& crypto, const Vector& vector);
absl::Status CheckDap(HostCrypto& crypto, const Vector& vector);
absl::Status CheckReceipt(HostCrypto& crypto, const Vector& vector);
absl::Status CheckLoadFileHash(HostCrypto& crypto, const Vector& vector);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_HOST_CONTENT_H_
