#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_CHALLENGE_SOURCE_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_CHALLENGE_SOURCE_H_

#include <cstddef>

#include "absl/status/status.h"
#include "lib/card/scp/channel_protocol.h"
#include "services/keyvault/hsm/hsm_keys.h"

namespace cardferry::keyvault {

// Whether a card's challenge follows from its sequence counter: SCP02 with
// explicit initiation and bit 40, SCP03 with bit 10 of `i`.
bool IsPredictable(const scp::ChannelProtocol& protocol);

// The length of its sequence counter: SCP02 2, SCP03 3.
size_t CounterLength(const scp::ChannelProtocol& protocol);

// INVALID_ARGUMENT unless a challenge can be predicted from it.
absl::Status CheckSource(const ChallengeSource& source);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_CHALLENGE_SOURCE_H_
