#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_SPOKEN_PROTOCOL_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_SPOKEN_PROTOCOL_H_

#include "absl/status/status.h"
#include "lib/card/scp/channel_protocol.h"

namespace cardferry::keyvault {

// OK for the protocols that the HSM's ciphers speak: SCP02 with explicit
// initiation, SCP03 in S8 mode. UNIMPLEMENTED for all else, whatever other
// ciphers speak.
absl::Status CheckSpoken(const scp::ChannelProtocol& protocol);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_SPOKEN_PROTOCOL_H_
