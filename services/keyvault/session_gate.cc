#include "services/keyvault/session_gate.h"

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/stop_rules.h"

namespace cardferry::keyvault {

absl::Status CheckGrantable(OperationClass operation_class) {
  switch (operation_class) {
    case OperationClass::kRead:
    case OperationClass::kContent:
    case OperationClass::kPersonalize:
    case OperationClass::kContentAndPersonalize:
      return absl::OkStatus();
    case OperationClass::kKeys:
    case OperationClass::kCardState:
      return absl::PermissionDeniedError(
          absl::StrCat("class ", OperationClassName(operation_class),
                       " needs two people's approval"));
  }
  return absl::InvalidArgumentError("no operation class");
}

absl::Status SessionGate::ClaimOnce(const Use& use, const std::string& agent) {
  ASSIGN_OR_RETURN(const Claim claim, ledger_.ClaimUse(use));
  if (claim != Claim::kOther) return absl::OkStatus();
  LogWarning("used again for something else",
             {{"what", use.what}, {"agent", agent}});
  const absl::Status recorded = ledger_.RecordAlarm(
      {clock_.Now(), "used again for something else", use.what, agent});
  if (!recorded.ok()) LogError("alarm not recorded", {{"status", recorded}});
  return absl::FailedPreconditionError(
      absl::StrCat(use.what, " was used before, for something else"));
}

absl::Status SessionGate::CheckStops(const ClaimedCard& card,
                                     const Opening& opening) {
  const FailureWindow window{clock_.Now() - failure_memory_,
                             ToHex(opening.serial)};
  ASSIGN_OR_RETURN(const FailureCount failures,
                   ledger_.CountFailures(card, opening.place.agent, window));
  return CheckNotStopped(failures, most_failed_cards_);
}

}  // namespace cardferry::keyvault
