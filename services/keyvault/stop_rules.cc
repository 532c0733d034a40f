#include "services/keyvault/stop_rules.h"

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::keyvault {
namespace {

constexpr size_t kAgentsThatStopACardEverywhere = 2;

}  // namespace

absl::Status CheckNotSuspended(size_t failed_cards_at_agent,
                               size_t most_failed_cards) {
  if (failed_cards_at_agent < most_failed_cards) return absl::OkStatus();
  return absl::PermissionDeniedError(
      absl::StrCat("the agent is suspended: ", failed_cards_at_agent,
                   " cards failed their verification there, ",
                   most_failed_cards, " are too many"));
}

absl::Status CheckNotStopped(const FailureCount& failures,
                             size_t most_failed_cards) {
  RETURN_IF_ERROR(
      CheckNotSuspended(failures.cards_at_agent, most_failed_cards));
  if (failures.agents_of_card >= kAgentsThatStopACardEverywhere) {
    return absl::PermissionDeniedError(
        absl::StrCat("the card is stopped everywhere: it failed its "
                     "verification at ",
                     failures.agents_of_card, " agents"));
  }
  if (failures.of_card_at_agent > 0) {
    return absl::PermissionDeniedError(
        "the card is stopped at this agent: it failed its verification here");
  }
  return absl::OkStatus();
}

}  // namespace cardferry::keyvault
