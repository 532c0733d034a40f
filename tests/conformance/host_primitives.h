#ifndef CARDFERRY_TESTS_CONFORMANCE_HOST_PRIMITIVES_H_
#define CARDFERRY_TESTS_CONFORMANCE_HOST_PRIMITIVES_H_

#include "absl/status/status.h"
#include "tests/conformance/host_crypto.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

// The host's checks of one computation each, by kind of vector: what HostRunner
// gives them. DATA_LOSS when something else comes out, INVALID_ARGUMENT when
// the vector is not whole.
absl::Status CheckKdfScp03(HostCrypto& crypto, const Vector& vector);
absl::Status CheckKdfCounter(HostCrypto& crypto, const Vector& vector);
absl::Status CheckPseudoChallenge(HostCrypto& crypto, const Vector& vector);
absl::Status CheckAesCmac(HostCrypto& crypto, const Vector& vector);
absl::Status CheckRetailMac(HostCrypto& crypto, const Vector& vector);
absl::Status CheckFullTdesMac(HostCrypto& crypto, const Vector& vector);
absl::Status CheckDiversification(HostCrypto& crypto, const Vector& vector);
absl::Status CheckAn10922(HostCrypto& crypto, const Vector& vector);

// The card challenge that a card with pseudo-random challenges shows (GPCS
// 2.3.1, E.4.2; GPC Amendment D, 6.2.2.1): as many bytes of it as `expected`
// has. SCP02 makes it with the session's S-MAC, SCP03 with the static K-ENC and
// the sequence counter.
absl::Status CheckScp02Challenge(HostCrypto& crypto, ByteSpan session_mac,
                                 ByteSpan aid, ByteSpan expected);
absl::Status CheckScp03Challenge(HostCrypto& crypto, ByteSpan static_enc,
                                 ByteSpan sequence, ByteSpan aid,
                                 ByteSpan expected);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_HOST_PRIMITIVES_H_
