#ifndef CARDFERRY_SERVICES_KEYVAULT_SESSION_GATE_H_
#define CARDFERRY_SERVICES_KEYVAULT_SESSION_GATE_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "services/keyvault/ledger.h"
#include "services/keyvault/opening_ticket.h"
#include "services/keyvault/operation_class.h"
#include "services/keyvault/vault_policy.h"

namespace cardferry::keyvault {

// PERMISSION_DENIED for a class that needs two people's approval,
// INVALID_ARGUMENT for none.
absl::Status CheckGrantable(OperationClass operation_class);

// What has to hold before a session with a card, of whatever kind, begins or
// goes on. Safe to use from many threads.
class SessionGate {
 public:
  // All outlive the gate.
  SessionGate(Ledger& ledger, const Clock& clock, const VaultPolicy& policy)
      : ledger_(ledger),
        clock_(clock),
        failure_memory_(policy.failure_memory),
        most_failed_cards_(policy.most_failed_cards) {}

  // Claims the use; FAILED_PRECONDITION, with an alarm, when it was used for
  // something else before.
  absl::Status ClaimOnce(const Use& use, const std::string& agent);
  // PERMISSION_DENIED: the card or the agent is stopped (CheckNotStopped).
  absl::Status CheckStops(const ClaimedCard& card, const Opening& opening);

 private:
  Ledger& ledger_;
  const Clock& clock_;
  const absl::Duration failure_memory_;
  const size_t most_failed_cards_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_SESSION_GATE_H_
