#include "services/orchestrator/session/preparer.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/job_data/job_data.h"
#include "services/orchestrator/repository/application_repository.h"
#include "services/orchestrator/repository/card_repository.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/journal_repository.h"
#include "services/orchestrator/repository/opening_repository.h"
#include "services/orchestrator/repository/packet_repository.h"
#include "services/orchestrator/sequencing/sequencer_proto.h"
#include "services/orchestrator/session/desired_state.h"
#include "services/orchestrator/session/load_file_supply.h"
#include "services/orchestrator/session/preparation_failure.h"

namespace cardferry::orchestrator {
namespace {

constexpr char kStopped[] =
    "This card is stopped here: something that claimed to be it did not hold "
    "its keys, or another channel than it has. Hand it in.";
constexpr char kSealed[] =
    "What the job is to bring to the card cannot be opened: it was changed in "
    "the database, or sealed with another key than the service has now. Put "
    "the right key file back (data_key_file) and start the orchestrator again, "
    "or cancel the job and add it anew.";
constexpr char kTryLater[] =
    "The card service cannot be reached now. The job waits; leave the card in "
    "the reader or insert it again later.";

constexpr char kPassedOver[] =
    "What else is to be done for this card cannot be done now. Its jobs wait, "
    "and say why.";

constexpr char kWaitsForProof[] =
    " Nothing has proven that it is the job's card. The job waits for a card "
    "that does.";

// The job cannot be done for this card, but others may be.
bool PassesOver(const PreparationFailure& failure) {
  return failure.ends_job && failure.stop == CardStop::kNone;
}

std::string GivenUp(const Job& job) {
  if (!job.cancel_requested) {
    return absl::StrCat("Given up after ", job.rounds,
                        " packets. Look at the job's events.");
  }
  return absl::StrCat(
      "Not cancelled for certain: the card was read ", job.rounds,
      " times, and its counter has not left the job's packet behind, which "
      "its agent was told to forget. Every other session with the card moves "
      "the counter on.");
}

NotPacked TryLater(const absl::Status& status) {
  LogWarning("preparation put off", {{"status", status}});
  return {NotPackedKind::kUnavailable, kTryLater};
}

}  // namespace

std::variant<Packed, NotPacked> Preparer::Prepare(const std::string& opening_id,
                                                  const OpeningAnswer& answer,
                                                  absl::Time received_at) {
  const absl::StatusOr<ClaimedCard> card = context_.sequencer.Identify(answer);
  if (!card.ok() && IsForLater(card.status())) return TryLater(card.status());
  if (absl::IsFailedPrecondition(card.status())) {
    // The card gave no answer, or half of one: the next time it may.
    return NotPacked{NotPackedKind::kAgain,
                     ClassifyPreparation(card.status(), false).message};
  }
  if (!card.ok()) {
    return NotPacked{NotPackedKind::kRefused,
                     AsSentence(absl::StrCat("this card cannot be served: ",
                                             card.status().message()))};
  }
  absl::StatusOr<std::variant<Task, Untaken>> taken =
      TakeJob(opening_id, answer, *card);
  if (!taken.ok()) return TryLater(taken.status());
  if (const Untaken* untaken = std::get_if<Untaken>(&*taken)) {
    if (!untaken->job_id.empty()) context_.board.Changed(untaken->job_id);
    if (untaken->passed_over) passed_over_ = {card->card_id, untaken->job_id};
    return untaken->answer;
  }
  const Task& task = std::get<Task>(*taken);
  context_.board.Changed(task.job.id);
  Packet packet;
  packet.id = NewId(context_.random);
  packet.job_id = task.job.id;
  packet.opening_id = opening_id;
  packet.at = at_;
  packet.card_id = card->card_id;
  packet.profile = task.profile;
  PacketSender sender(std::move(packet), received_at, context_, link_);
  const absl::Status status = PrepareWithLoadFile(task, sender);
  if (!status.ok()) return Explain(task, sender, status);
  if (sender.empty()) return FinishWithoutPacket(task, opening_id);
  StartOver();  // what could not be done may be possible after this
  return Packed{sender.packet().id, task.job.id, sender.packet().commands};
}

absl::StatusOr<std::variant<Preparer::Task, Preparer::Untaken>>
Preparer::TakeJob(const std::string& opening_id, const OpeningAnswer& answer,
                  const ClaimedCard& card) {
  using Result = std::variant<Task, Untaken>;
  return context_.database.Write(
      [&](store::Transaction& tx) -> absl::StatusOr<Result> {
        if (answer.challenge.empty() || card.card_id.empty()) {
          ASSIGN_OR_RETURN(const bool awaited,
                           JobRepository(tx).IsAwaited(at_));
          return Result(Untaken{{awaited ? NotPackedKind::kNeedsChallenge
                                         : NotPackedKind::kIdentified,
                                 ""},
                                ""});
        }
        ASSIGN_OR_RETURN(const IssuedOpening opening,
                         OpeningRepository(tx).Get(opening_id));
        return TakeJobIn(tx, opening, answer, card);
      });
}

absl::StatusOr<std::variant<Preparer::Task, Preparer::Untaken>>
Preparer::TakeJobIn(store::Transaction& tx, const IssuedOpening& opening,
                    const OpeningAnswer& answer, const ClaimedCard& card) {
  using Result = std::variant<Task, Untaken>;
  ASSIGN_OR_RETURN(const bool stopped,
                   CardRepository(tx).IsStopped(card.card_id, at_.agent));
  if (stopped) {
    ASSIGN_OR_RETURN(Untaken refused, RefuseStopped(tx, card));
    return Result(std::move(refused));
  }
  JobRepository jobs(tx);
  const bool passed = passed_over_.card_id == card.card_id;
  ASSIGN_OR_RETURN(
      std::optional<Job> job,
      jobs.FindWaiting(at_, card.card_id, passed ? passed_over_.job_id : ""));
  if (!job.has_value() && passed) {
    return Result(Untaken{{NotPackedKind::kRefused, kPassedOver}, ""});
  }
  if (!job.has_value()) {
    return Result(Untaken{
        {NotPackedKind::kNothing, "There is nothing to do for this card."},
        ""});
  }
  const std::string id = job->id;
  if (GetsNowhere(*job)) {
    return FailJob(tx, id, GivenUp(*job));
  }
  ASSIGN_OR_RETURN(const Bytes stored, jobs.InstallParameters(id));
  // To be cancelled it needs none.
  absl::StatusOr<Bytes> data = job->cancel_requested
                                   ? absl::StatusOr<Bytes>(Bytes())
                                   : OpenJobData(context_.box, id, stored);
  // The job's end would destroy what the right key may open.
  if (absl::IsDataLoss(data.status())) return PassOver(tx, id, card, kSealed);
  RETURN_IF_ERROR(data.status());
  RETURN_IF_ERROR(jobs.Claim(id, opening.id, context_.clock.Now()));
  absl::StatusOr<Task> task =
      FillTask(tx, {*std::move(job), *std::move(data)}, opening, answer, card);
  if (absl::IsInvalidArgument(task.status())) {
    // It will be so with every card, and at every try.
    return FailJob(tx, id,
                   absl::StrCat(AsSentence(task.status().message()),
                                " Nothing was sent to the card. Add the job "
                                "again, with another manifest."));
  }
  RETURN_IF_ERROR(task.status());
  return Result(*std::move(task));
}

absl::StatusOr<Preparer::Untaken> Preparer::FailJob(
    store::Transaction& tx, const std::string& job_id,
    const std::string& message) {
  RETURN_IF_ERROR(JobRepository(tx).Finish(job_id, std::nullopt,
                                           {JobState::kFailed, message, {}},
                                           context_.clock.Now()));
  return Untaken{{NotPackedKind::kRefused, message, true}, job_id};
}

absl::StatusOr<Preparer::Untaken> Preparer::PassOver(
    store::Transaction& tx, const std::string& job_id, const ClaimedCard& card,
    const std::string& message) {
  JobRepository jobs(tx);
  RETURN_IF_ERROR(jobs.WaitAgain(job_id, "", message, context_.clock.Now()));
  ASSIGN_OR_RETURN(const std::optional<Job> next,
                   jobs.FindWaiting(at_, card.card_id, job_id));
  return Untaken{
      {NotPackedKind::kRefused, message, next.has_value()}, job_id, true};
}

absl::StatusOr<Preparer::Task> Preparer::FillTask(store::Transaction& tx,
                                                  OpenedJob opened,
                                                  const IssuedOpening& opening,
                                                  const OpeningAnswer& answer,
                                                  const ClaimedCard& card) {
  Task task;
  task.profile = card.profile;
  Preparation& p = task.preparation;
  p.at = at_;
  p.ticket = opening.ticket;
  p.answer = answer;
  p.card_id = card.card_id;
  Job& job = opened.job;
  Bytes& parameters = opened.data;
  Application application;
  if (!job.subject.application.empty()) {
    ASSIGN_OR_RETURN(application,
                     ApplicationRepository(tx).Get(job.subject.application));
  }
  if (job.subject.action == JobAction::kManifest) {
    ASSIGN_OR_RETURN(parameters,
                     BindToCard(parameters, card.card_id, context_.box));
  }
  // To be cancelled: the card is read, which moves its counter on.
  if (!job.cancel_requested) {
    p.desired = DesiredStateOf(job.subject, application.load_file,
                               std::move(parameters));
  }
  CardRepository cards(tx);
  ASSIGN_OR_RETURN(p.card_record, cards.Record(card.card_id));
  ASSIGN_OR_RETURN(p.record_in_doubt, cards.IsInDoubt(card.card_id));
  task.job = std::move(job);
  return task;
}

// A job for whatever card lies here has met one that it cannot have. A job for
// one card waits on: the true one may appear elsewhere.
absl::StatusOr<Preparer::Untaken> Preparer::RefuseStopped(
    store::Transaction& tx, const ClaimedCard& card) {
  JobRepository jobs(tx);
  ASSIGN_OR_RETURN(const std::optional<Job> job,
                   jobs.FindWaiting(at_, card.card_id));
  const absl::Time now = context_.clock.Now();
  const bool ends_job = job.has_value() && job->target.agent == at_.agent;
  if (ends_job) {
    RETURN_IF_ERROR(jobs.Finish(job->id, std::nullopt,
                                {JobState::kFailed, kStopped, {}}, now));
  }
  JournalEntry entry;
  entry.at = now;
  entry.kind = "card.refused";
  entry.text = "A stopped card was inserted at " + at_.reader;
  entry.job_id = job.has_value() ? job->id : "";
  entry.card_id = card.card_id;
  entry.agent = at_.agent;
  RETURN_IF_ERROR(JournalRepository(tx).Add(entry));
  return Untaken{{NotPackedKind::kRefused, kStopped, ends_job},
                 ends_job ? job->id : ""};
}

absl::Status Preparer::PrepareWithLoadFile(const Task& task,
                                           PacketSender& sender) {
  const absl::Status first =
      context_.sequencer.Prepare(task.preparation, sender);
  if (!absl::IsNotFound(first) || sender.started()) return first;
  RETURN_IF_ERROR(SupplyLoadFiles(task.preparation.desired, context_.database,
                                  context_.sequencer));
  return context_.sequencer.Prepare(task.preparation, sender);
}

absl::Status Preparer::StopCard(store::Transaction& tx, const Task& task,
                                const PreparationFailure& failure,
                                absl::Time now) {
  const bool changed = failure.stop == CardStop::kChangedOptions;
  RETURN_IF_ERROR(CardRepository(tx).Stop(task.preparation.card_id,
                                          task.profile, at_.agent, now));
  JournalEntry entry;
  entry.at = now;
  entry.kind = changed ? "card.changed_i" : "card.stopped";
  entry.text = absl::StrCat(
      changed ? "The card at " : "A card cryptogram at ", at_.reader,
      changed ? " says another i than at first" : " did not verify",
      "; nothing was sent to the card");
  entry.job_id = task.job.id;
  entry.card_id = task.preparation.card_id;
  entry.agent = at_.agent;
  return JournalRepository(tx).Add(entry);
}

// The job goes on waiting, or ends; the card may be stopped.
absl::StatusOr<Preparer::Aftermath> Preparer::PutBack(
    store::Transaction& tx, const Task& task, const PreparationFailure& failure,
    const std::string& holder) {
  const absl::Time now = context_.clock.Now();
  if (failure.stop != CardStop::kNone) {
    RETURN_IF_ERROR(StopCard(tx, task, failure, now));
  }
  const std::string& id = task.job.id;
  const bool unproven = failure.stop != CardStop::kChangedOptions;
  JobRepository jobs(tx);
  Aftermath aftermath;
  // A job for one card waits on: a false one may claim to be it.
  aftermath.ended = failure.ends_job && task.job.target.agent == at_.agent;
  const absl::Status changed =
      aftermath.ended
          ? jobs.Finish(id, holder, {JobState::kFailed, failure.message, {}},
                        now)
          : jobs.WaitAgain(
                id, holder,
                absl::StrCat(failure.message, failure.ends_job && unproven
                                                  ? kWaitsForProof
                                                  : ""),
                now);
  // It was given up meanwhile, and somebody else may have it by now.
  if (absl::IsFailedPrecondition(changed)) return Aftermath();
  RETURN_IF_ERROR(changed);
  if (aftermath.ended || !PassesOver(failure)) return aftermath;
  ASSIGN_OR_RETURN(const std::optional<Job> next,
                   jobs.FindWaiting(at_, task.preparation.card_id, id));
  aftermath.next_job = next.has_value();
  return aftermath;
}

NotPacked Preparer::Explain(const Task& task, const PacketSender& sender,
                            const absl::Status& status) {
  const PreparationFailure failure =
      ClassifyPreparation(status, sender.started());
  const std::string& holder =
      sender.started() ? sender.packet().id : sender.packet().opening_id;
  LogWarning("no packet made", {{"job", task.job.id}, {"status", status}});
  const absl::StatusOr<Aftermath> aftermath =
      context_.database.Write([&](store::Transaction& tx) {
        return PutBack(tx, task, failure, holder);
      });
  if (!aftermath.ok()) {
    LogError("job not put back", {{"status", aftermath.status()}});
  }
  context_.board.Changed(task.job.id);
  if (sender.agent_gone()) context_.job_waits(task.job.target, {});
  if (PassesOver(failure) && aftermath.ok() && !aftermath->ended) {
    passed_over_ = {task.preparation.card_id, task.job.id};
  }
  return {failure.kind, failure.message,
          aftermath.ok() && (aftermath->ended || aftermath->next_job)};
}

NotPacked Preparer::FinishWithoutPacket(const Task& task,
                                        const std::string& opening_id) {
  const std::string message =
      "The card holds all that it should; nothing was sent.";
  const absl::Time now = context_.clock.Now();
  const absl::Status saved =
      context_.database.Write([&](store::Transaction& tx) {
        return JobRepository(tx).Finish(task.job.id, opening_id,
                                        {JobState::kDone, message, {}}, now);
      });
  if (!saved.ok()) LogError("job not finished", {{"status", saved}});
  context_.board.Changed(task.job.id);
  return NotPacked{NotPackedKind::kNothing, message, saved.ok()};
}

}  // namespace cardferry::orchestrator
