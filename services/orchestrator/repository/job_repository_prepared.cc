// JobRepository: packets that wait for their cards, and cancelling, which they
// make less simple.
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/job_repository.h"

namespace cardferry::orchestrator {
namespace {

int Number(JobState state) { return static_cast<int>(state); }

constexpr char kCancelRequested[] =
    "Cancel requested. Its packet can be run until the card's counter has left "
    "it behind: insert the card at a connected reader. A card that does not "
    "come cannot be kept from it.";

}  // namespace

absl::Status JobRepository::Prepare(const Packet& packet,
                                    const std::string& message,
                                    absl::Time now) {
  return Apply(packet.job_id,
               {"job.prepared",
                "state = :prepared, commands_done = 0, "
                "commands_total = :commands, changes = :changes, "
                "rounds = rounds + 1",
                "state = :waiting AND cancel_requested = 0 AND "
                "card_id = :card",
                message},
               {{"prepared", Number(JobState::kPrepared)},
                {"commands", packet.commands},
                {"changes", packet.changes},
                {"waiting", Number(JobState::kWaiting)},
                {"card", packet.card_id}},
               now);
}

absl::Status JobRepository::StartPrepared(const Packet& packet,
                                          absl::Time now) {
  return Apply(packet.job_id,
               {"job.running",
                "state = :running, holder = :packet, "
                "commands_total = :commands, changes = :changes",
                "state IN (:prepared, :waiting)",
                "The agent has run the packet that waited for the card."},
               {{"running", Number(JobState::kRunning)},
                {"packet", packet.id},
                {"commands", packet.commands},
                {"changes", packet.changes},
                {"prepared", Number(JobState::kPrepared)},
                {"waiting", Number(JobState::kWaiting)}},
               now);
}

absl::Status JobRepository::Unprepare(const std::string& id,
                                      const std::string& message,
                                      absl::Time now) {
  return Apply(id,
               {"job.waits", "state = :waiting, holder = ''",
                "state = :prepared", message},
               {{"waiting", Number(JobState::kWaiting)},
                {"prepared", Number(JobState::kPrepared)}},
               now);
}

absl::Status JobRepository::Cancel(const std::string& id, absl::Time now) {
  ASSIGN_OR_RETURN(const Job job, Get(id));
  if (IsOver(job.state)) {
    return absl::FailedPreconditionError(
        absl::StrCat("job ", id, " is over already: ", job.message));
  }
  if (job.state == JobState::kPrepared) {
    return Apply(id,
                 {"job.waits", "state = :waiting, cancel_requested = 1",
                  "state = :prepared", kCancelRequested},
                 {{"waiting", Number(JobState::kWaiting)},
                  {"prepared", Number(JobState::kPrepared)}},
                 now);
  }
  if (job.cancel_requested) {
    return absl::FailedPreconditionError(
        absl::StrCat("job ", id, ": ", job.message));
  }
  if (job.state != JobState::kWaiting) {
    return absl::FailedPreconditionError(absl::StrCat(
        "job ", id,
        " has begun: its packet may be on the card already. Wait for its end, "
        "then add a job that puts things right"));
  }
  return Apply(
      id,
      {"job.cancelled",
       "state = :cancelled, install_parameters = NULL, ended_us = :ended",
       "state = :waiting",
       job.rounds == 0
           ? "Cancelled before anything was sent to a card."
           : "Cancelled. A packet had gone to the card before; what the card "
             "holds shows when it is read the next time."},
      {{"cancelled", Number(JobState::kCancelled)},
       {"ended", now},
       {"waiting", Number(JobState::kWaiting)}},
      now);
}

}  // namespace cardferry::orchestrator
