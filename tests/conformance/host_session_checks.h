#ifndef CARDFERRY_TESTS_CONFORMANCE_HOST_SESSION_CHECKS_H_
#define CARDFERRY_TESTS_CONFORMANCE_HOST_SESSION_CHECKS_H_

#include <string>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "lib/card/scp/secure_channel.h"
#include "tests/conformance/host_crypto.h"
#include "tests/conformance/session_record.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

// What the checks of whole sessions and of parts of them have in common.
// DATA_LOSS when something else comes out.

bool IsScp02(const Vector& vector);

// The session keys below `path` that are there, at least one: of SCP01 from
// both challenges, of SCP02 from the sequence counter, of SCP03 from a context.
absl::Status CheckScp01Keys(HostCrypto& crypto, const Vector& vector,
                            const StaticKeys& keys, ByteSpan host_challenge,
                            ByteSpan card_challenge);
absl::Status CheckScp02Keys(HostCrypto& crypto, const Vector& vector,
                            const std::string& path, const StaticKeys& keys,
                            ByteSpan sequence);
absl::Status CheckScp03Keys(HostCrypto& crypto, const Vector& vector,
                            const std::string& path, const StaticKeys& keys,
                            ByteSpan context);

absl::Status CheckCardCryptogram(scp::SessionCipher& cipher,
                                 ByteSpan cryptogram);
absl::Status CheckHostCryptogram(scp::SessionCipher& cipher, ByteSpan wanted);

// Some tools append Le to EXTERNAL AUTHENTICATE; it is not MACed, and we do not
// send it.
absl::StatusOr<card::CommandApdu> WithoutLe(const card::CommandApdu& command);

// The commands of `exchanges`, protected after `state`. The first of them is
// the trace's command number `first`.
absl::Status CheckCommands(scp::SessionCipher& cipher, scp::ChannelState state,
                           absl::Span<const Exchange> exchanges, size_t first);

// EXTERNAL AUTHENTICATE (the first of `exchanges`), and what follows it.
absl::Status CheckProtected(scp::SessionCipher& cipher,
                            scp::SecurityLevel level,
                            absl::Span<const Exchange> exchanges);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_HOST_SESSION_CHECKS_H_
