#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_OPENING_DESK_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_OPENING_DESK_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/orchestrator/model/opening.h"
#include "services/orchestrator/session/agent_link.h"
#include "services/orchestrator/session/session_context.h"

namespace cardferry::orchestrator {

// Gives openings out for one reader and takes their answers back.
class OpeningDesk {
 public:
  OpeningDesk(ReaderAddress at, const SessionContext& context)
      : at_(std::move(at)), context_(context) {}

  // Has the sequencer make an opening and registers it. Its challenge is asked
  // for when a job waits and `may_ask_challenge`.
  absl::StatusOr<GiveOpening> Make(bool may_ask_challenge);

  // True when a card here should be asked who it is.
  absl::StatusOr<bool> IsAwaited();

  // Registers an answer: a fresh one is that once.
  absl::StatusOr<AnswerCheck> Take(const std::string& opening_id,
                                   const OpeningAnswer& answer);

  // How long before its expiry an opening is replaced.
  static absl::Duration UntilRenewal(absl::Time expires_at, absl::Time now);

 private:
  const ReaderAddress at_;
  const SessionContext& context_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_OPENING_DESK_H_
