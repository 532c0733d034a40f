#include "services/orchestrator/session/reader_session.h"

#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/journal_repository.h"

namespace cardferry::orchestrator {
namespace {

const char* TextOf(LossReason reason) {
  switch (reason) {
    case LossReason::kConnection:
      return "The connection was lost while the agent ran the packet. Its "
             "report is awaited, or the card is read again when it is "
             "inserted.";
    case LossReason::kCardAnswered:
      return "A card answered anew while the agent ran the packet: what the "
             "packet did is not known, and the card is read again.";
    case LossReason::kOverdue:
      return "The agent ran the packet and did not say in time what came of "
             "it. Its report is awaited, or the card is read again.";
    case LossReason::kUnconcluded:
      return "The agent's report is here, but nobody can say now what it "
             "means. It is tried again, or the card is read again when it is "
             "inserted.";
  }
  return "";
}

// Jobs that could not be done for the card may be possible now.
bool MayChangeThings(const ReaderEvent& event) {
  const auto* seen = std::get_if<CardSeen>(&event);
  return std::holds_alternative<JobArrived>(event) ||
         (seen != nullptr && !seen->present);
}

}  // namespace

ReaderSession::ReaderSession(ReaderAddress at, const SessionContext& context,
                             AgentLink& link, Later later)
    : at_(at),
      context_(context),
      link_(link),
      later_(std::move(later)),
      desk_(at, context),
      preparer_(at, context, link),
      concluder_(at, context) {}

// What an action leads to comes after what it was caused by, never within.
void ReaderSession::Handle(ReaderEvent event) {
  events_.push_back(std::move(event));
  if (handling_) return;
  handling_ = true;
  while (!events_.empty()) {
    const ReaderEvent next = std::move(events_.front());
    events_.pop_front();
    if (std::holds_alternative<Started>(next)) {
      for (const std::string& id :
           concluder_.Unconcluded().value_or(std::vector<std::string>())) {
        Do(Conclude{id});
      }
    }
    if (MayChangeThings(next)) preparer_.StartOver();
    ReaderTransition transition = Step(std::move(state_), next);
    state_ = std::move(transition.next);
    for (const ReaderAction& action : transition.actions) Perform(action);
  }
  handling_ = false;
}

void ReaderSession::OnAnswer(AnswerMessage message) {
  const absl::StatusOr<AnswerCheck> check =
      desk_.Take(message.opening_id, message.answer);
  if (!check.ok()) {
    LogError("answer not taken", {{"status", check.status()}});
    Do(SendVerdict{message.opening_id, "", false,
                   "The card service is out of order. Insert the card again "
                   "later."});
    // An opening that the agent has answered it does not run again.
    Handle(OpeningDue{message.opening_id});
    return;
  }
  const std::string opening_id = message.opening_id;
  const bool taken =
      *check == AnswerCheck::kFresh && state_.phase != Phase::kConcluding;
  if (taken) answer_ = std::move(message);
  Handle(Answered{opening_id, *check});
}

void ReaderSession::OnReport(const PacketReport& report) {
  const bool current = report.packet_id == state_.packet_id;
  const absl::StatusOr<ReportCheck> check =
      concluder_.Take(report, current ? state_.done : 0);
  if (!check.ok()) {
    // The agent keeps what is not acknowledged, and says it again.
    LogError("report not taken", {{"status", check.status()}});
    link_.Close(absl::UnavailableError("the report could not be stored"));
    return;
  }
  Handle(Reported{report.packet_id, *check});
}

void ReaderSession::Perform(const ReaderAction& action) {
  std::visit([this](const auto& one) { Do(one); }, action);
}

void ReaderSession::Do(const MakeOpening& action) {
  absl::StatusOr<GiveOpening> opening = desk_.Make(action.may_ask_challenge);
  if (!opening.ok()) {
    LogWarning("no opening made", {{"agent", at_.agent},
                                   {"reader", at_.reader},
                                   {"status", opening.status()}});
    Handle(OpeningFailed{});
    return;
  }
  const OpeningMade made{opening->opening_id, opening->run_challenge};
  const absl::Duration renewal = OpeningDesk::UntilRenewal(
      opening->scripts.expires_at, context_.clock.Now());
  // Nobody is there to use it: no other is made, whatever becomes of the
  // connection.
  if (!link_.Send(*std::move(opening))) return;
  later_(renewal, OpeningDue{made.opening_id});
  Handle(made);
}

void ReaderSession::Do(const OfferChallenge& action) {
  if (!desk_.IsAwaited().value_or(false)) return;
  link_.Send(AskChallenge{action.opening_id});
  Handle(ChallengeOffered{});
}

void ReaderSession::Do(const struct Prepare& action) {
  const std::variant<Packed, NotPacked> result =
      preparer_.Prepare(action.opening_id, answer_.answer, answer_.received_at);
  if (const Packed* packed = std::get_if<Packed>(&result)) {
    later_(kReportPatience, ReportOverdue{packed->packet_id});
    job_id_ = packed->job_id;
    Handle(*packed);
  } else {
    Handle(std::get<NotPacked>(result));
  }
}

void ReaderSession::Do(const struct Continue& action) {
  const std::variant<Packed, NotPacked> result =
      preparer_.Continue(action.packet_id, continuation_, context_.clock.Now());
  continuation_.clear();
  if (const Packed* packed = std::get_if<Packed>(&result)) {
    later_(kReportPatience, ReportOverdue{packed->packet_id});
    Handle(*packed);
  } else {
    Handle(std::get<NotPacked>(result));
  }
}

void ReaderSession::Do(const struct Conclude& action) {
  const bool current = state_.phase == Phase::kConcluding &&
                       action.packet_id == state_.packet_id;
  Concluded concluded = concluder_.Conclude(action.packet_id, current);
  continuation_ = std::exchange(concluded.continuation, Bytes());
  Handle(std::move(concluded));
}

void ReaderSession::Do(const ShowProgress& action) {
  context_.board.ShowProgress(job_id_, action.done, action.label);
}

void ReaderSession::Do(const SendVerdict& action) {
  link_.Send(GiveVerdict{action.opening_id, action.packet_id, action.ok,
                         action.message});
}

void ReaderSession::Do(const RepeatVerdict& action) {
  absl::StatusOr<GiveVerdict> verdict = concluder_.VerdictOf(action.packet_id);
  if (verdict.ok()) link_.Send(*std::move(verdict));
}

void ReaderSession::Do(const LosePacket& action) {
  const absl::Status lost =
      concluder_.Lose(action.packet_id, TextOf(action.reason));
  if (!lost.ok()) LogWarning("packet not given up", {{"status", lost}});
}

void ReaderSession::Do(const Retry& action) {
  later_(action.after, RetryDue{action.token});
}

void ReaderSession::Do(const LookAgain& action) {
  later_(action.after, JobArrived{});
}

void ReaderSession::Do(const Refuse& action) {
  LogWarning(
      "refused",
      {{"agent", at_.agent}, {"reader", at_.reader}, {"kind", action.kind}});
  JournalEntry entry;
  entry.at = context_.clock.Now();
  entry.kind = action.kind;
  entry.text = absl::StrCat(action.text, " (", at_.reader, ")");
  entry.agent = at_.agent;
  const absl::Status saved = context_.database.Write(
      [&](store::Transaction& tx) { return JournalRepository(tx).Add(entry); });
  if (!saved.ok()) LogError("event not recorded", {{"status", saved}});
}

void ReaderSession::Do(const CloseStream&) {
  link_.Close(absl::PermissionDeniedError(
      "too many messages that this agent may not send"));
}

}  // namespace cardferry::orchestrator
