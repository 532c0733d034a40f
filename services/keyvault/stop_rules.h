#ifndef CARDFERRY_SERVICES_KEYVAULT_STOP_RULES_H_
#define CARDFERRY_SERVICES_KEYVAULT_STOP_RULES_H_

#include <cstddef>

#include "absl/status/status.h"
#include "services/keyvault/ledger.h"

namespace cardferry::keyvault {

// OK, or PERMISSION_DENIED when the failed verifications against a card at an
// agent stop it: one at this agent; from two agents, everywhere; and every card
// at an agent where `most_failed_cards` different ones have failed.
absl::Status CheckNotStopped(const FailureCount& failures,
                             size_t most_failed_cards);

// The last of these rules, for when there is no card yet.
absl::Status CheckNotSuspended(size_t failed_cards_at_agent,
                               size_t most_failed_cards);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_STOP_RULES_H_
