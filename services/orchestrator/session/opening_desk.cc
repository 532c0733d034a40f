#include "services/orchestrator/session/opening_desk.h"

#include <algorithm>
#include <utility>

#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/journal_repository.h"
#include "services/orchestrator/repository/opening_repository.h"

namespace cardferry::orchestrator {

absl::StatusOr<GiveOpening> OpeningDesk::Make(bool may_ask_challenge) {
  GiveOpening opening;
  opening.opening_id = NewId(context_.random);
  opening.reader = at_.reader;
  ASSIGN_OR_RETURN(opening.scripts, context_.sequencer.Open(at_));
  const absl::Time now = context_.clock.Now();
  ASSIGN_OR_RETURN(const bool awaited,
                   context_.database.Write(
                       [&](store::Transaction& tx) -> absl::StatusOr<bool> {
                         RETURN_IF_ERROR(OpeningRepository(tx).Add(
                             {opening.opening_id, at_, opening.scripts.ticket,
                              opening.scripts.expires_at},
                             now));
                         return JobRepository(tx).IsAwaited(at_);
                       }));
  opening.run_challenge = may_ask_challenge && awaited;
  return opening;
}

absl::StatusOr<bool> OpeningDesk::IsAwaited() {
  return context_.database.Read(
      [&](store::Transaction& tx) { return JobRepository(tx).IsAwaited(at_); });
}

absl::StatusOr<AnswerCheck> OpeningDesk::Take(const std::string& opening_id,
                                              const OpeningAnswer& answer) {
  const absl::Time now = context_.clock.Now();
  return context_.database.Write(
      [&](store::Transaction& tx) -> absl::StatusOr<AnswerCheck> {
        ASSIGN_OR_RETURN(
            const AnswerCheck check,
            OpeningRepository(tx).Answer(opening_id, at_, answer, now));
        if (check == AnswerCheck::kFresh && !answer.challenge.empty()) {
          JournalEntry entry;
          entry.at = now;
          entry.kind = "opening.consumed";
          entry.text = "A card at " + at_.reader + " answered a challenge";
          entry.agent = at_.agent;
          RETURN_IF_ERROR(JournalRepository(tx).Add(entry));
        }
        return check;
      });
}

absl::Duration OpeningDesk::UntilRenewal(absl::Time expires_at,
                                         absl::Time now) {
  const absl::Duration left = expires_at - now;
  return std::max(left - std::min(left / 4, absl::Seconds(30)),
                  absl::Seconds(1));
}

}  // namespace cardferry::orchestrator
