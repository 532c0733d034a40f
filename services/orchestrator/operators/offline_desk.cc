#include "services/orchestrator/operators/offline_desk.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/job_data/job_data.h"
#include "services/orchestrator/job_data/sealed_packet.h"
#include "services/orchestrator/repository/agent_repository.h"
#include "services/orchestrator/repository/application_repository.h"
#include "services/orchestrator/repository/card_repository.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/packet_repository.h"
#include "services/orchestrator/repository/prepared_repository.h"
#include "services/orchestrator/sequencing/sequencer_proto.h"
#include "services/orchestrator/session/desired_state.h"
#include "services/orchestrator/session/load_file_supply.h"
#include "services/orchestrator/session/session_context.h"

namespace cardferry::orchestrator {
namespace {

absl::Status CheckRequest(const OfflineDesk::Request& request) {
  if (request.attempts > OfflineDesk::kMostAttempts) {
    return absl::InvalidArgumentError(absl::StrCat(
        request.attempts, " attempts, at most ", OfflineDesk::kMostAttempts));
  }
  if (request.time < absl::ZeroDuration() ||
      request.time > OfflineDesk::kLongestTime) {
    return absl::InvalidArgumentError(
        "a packet waits for its card for 30 days at most");
  }
  return absl::OkStatus();
}

absl::Status CheckJob(const Job& job) {
  if (job.state != JobState::kWaiting || job.cancel_requested) {
    return absl::FailedPreconditionError(
        absl::StrCat("job ", job.id, " does not wait: ", job.message));
  }
  if (!job.target.card_id.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "job ", job.id,
      " is for whatever card comes to a reader; a packet is prepared for one "
      "known card: add a job with --card"));
}

// A packet is made from the record, and nothing reads the card before it runs.
absl::Status InDoubt(const std::string& card_id) {
  return absl::FailedPreconditionError(absl::StrCat(
      "what card ", card_id,
      " holds is in doubt: a packet that was to change it was made, and "
      "nothing has been read since. Insert the card at a connected reader, "
      "where the job is done after a look at the card"));
}

absl::Status CheckFits(const std::vector<OfflineBundle>& bundles) {
  size_t bytes = 0;
  for (const OfflineBundle& bundle : bundles) {
    bytes += bundle.probe.size();
    for (const Bytes& script : bundle.scripts) bytes += script.size();
  }
  if (bytes <= OfflineDesk::kMostBytes) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      bundles.size(), " attempts of ", bytes, " bytes, at most ",
      OfflineDesk::kMostBytes, " can be left at an agent: ask for fewer"));
}

}  // namespace

absl::StatusOr<OfflineDesk::Task> OfflineDesk::TaskFor(store::Transaction& tx,
                                                       const Request& request) {
  ASSIGN_OR_RETURN(const Agent agent, AgentRepository(tx).Get(request.agent));
  if (agent.standing == AgentStanding::kRevoked) {
    return absl::FailedPreconditionError(
        absl::StrCat("agent ", request.agent, " is revoked"));
  }
  JobRepository jobs(tx);
  Task task;
  ASSIGN_OR_RETURN(task.job, jobs.Get(request.job_id));
  RETURN_IF_ERROR(CheckJob(task.job));
  const std::string& card_id = task.job.target.card_id;
  CardRepository cards(tx);
  ASSIGN_OR_RETURN(const Card card, cards.Get(card_id));
  if (card.stopped) {
    return absl::FailedPreconditionError(
        absl::StrCat("card ", card_id, " is stopped: cardferry card show"));
  }
  ASSIGN_OR_RETURN(const bool in_doubt, cards.IsInDoubt(card_id));
  if (in_doubt) return InDoubt(card_id);
  Application application;
  if (!task.job.subject.application.empty()) {
    ASSIGN_OR_RETURN(application, ApplicationRepository(tx).Get(
                                      task.job.subject.application));
  }
  ASSIGN_OR_RETURN(Bytes parameters, JobData(tx, task.job));
  OfflinePreparation& p = task.preparation;
  p.agent = request.agent;
  p.card_id = card_id;
  p.profile = card.profile;
  p.desired = DesiredStateOf(task.job.subject, application.load_file,
                             std::move(parameters));
  ASSIGN_OR_RETURN(p.card_record, cards.Record(card_id));
  p.attempts = request.attempts == 0 ? kUsualAttempts : request.attempts;
  return task;
}

absl::StatusOr<Bytes> OfflineDesk::JobData(store::Transaction& tx,
                                           const Job& job) {
  ASSIGN_OR_RETURN(const Bytes stored,
                   JobRepository(tx).InstallParameters(job.id));
  absl::StatusOr<Bytes> data = OpenJobData(parts_.box, job.id, stored);
  if (absl::IsDataLoss(data.status())) {
    return absl::FailedPreconditionError(absl::StrCat(
        "what job ", job.id, " is to bring to the card cannot be opened (",
        data.status().message(),
        "): put the right key file back (data_key_file) and start "
        "the orchestrator again, or cancel the job and add it "
        "anew"));
  }
  RETURN_IF_ERROR(data.status());
  if (job.subject.action != JobAction::kManifest) return data;
  return BindToCard(*data, job.target.card_id, parts_.box);
}

absl::StatusOr<std::vector<OfflineBundle>> OfflineDesk::Ask(
    const OfflinePreparation& preparation) {
  const auto first = parts_.sequencer.PrepareOffline(preparation);
  if (!absl::IsNotFound(first.status())) return first;
  RETURN_IF_ERROR(
      SupplyLoadFiles(preparation.desired, parts_.database, parts_.sequencer));
  return parts_.sequencer.PrepareOffline(preparation);
}

absl::Status OfflineDesk::Register(store::Transaction& tx, const Task& task,
                                   const std::vector<OfflineBundle>& bundles,
                                   const PreparedPacket& sealed,
                                   absl::Time now) {
  Packet packet;
  packet.job_id = task.job.id;
  packet.at = {sealed.agent, kStoredReader};
  packet.card_id = task.preparation.card_id;
  packet.profile = task.preparation.profile;
  packet.state = PacketState::kPrepared;
  for (size_t i = 0; i < bundles.size(); ++i) {
    packet.id = sealed.attempts[i].packet_id;
    packet.commands = bundles[i].header.commands;
    packet.changes = bundles[i].header.changes;
    packet.bundle_state = bundles[i].header.bundle_state;
    RETURN_IF_ERROR(PacketRepository(tx).AddPrepared(packet, now));
  }
  RETURN_IF_ERROR(PreparedRepository(tx).Add(sealed, packet.card_id));
  // What it holds then, nobody knows until its report is here.
  RETURN_IF_ERROR(CardRepository(tx).Doubt(packet.card_id));
  return JobRepository(tx).Prepare(
      packet,
      absl::StrCat("Prepared (", bundles[0].header.summary,
                   "): waits at agent ", sealed.agent, " for the card, until ",
                   absl::FormatTime("%Y-%m-%d %H:%M UTC", sealed.expires_at,
                                    absl::UTCTimeZone()),
                   ". What is left of it then, only a session with the card "
                   "takes back."),
      now);
}

absl::StatusOr<Job> OfflineDesk::Prepare(const Request& request) {
  RETURN_IF_ERROR(CheckRequest(request));
  ASSIGN_OR_RETURN(const Task task,
                   parts_.database.Read([&](store::Transaction& tx) {
                     return TaskFor(tx, request);
                   }));
  ASSIGN_OR_RETURN(const std::vector<OfflineBundle> bundles,
                   Ask(task.preparation));
  RETURN_IF_ERROR(CheckFits(bundles));
  const absl::Time now = parts_.clock.Now();
  const bool usual = request.time == absl::ZeroDuration();
  PreparedPacket prepared{task.job.id,
                          request.agent,
                          now + (usual ? kUsualTime : request.time),
                          {}};
  for (const OfflineBundle& bundle : bundles) {
    prepared.attempts.push_back(
        {NewId(parts_.random), bundle.probe, bundle.scripts});
  }
  ASSIGN_OR_RETURN(const PreparedPacket sealed,
                   SealPacket(parts_.box, std::move(prepared)));
  ASSIGN_OR_RETURN(
      Job job,
      parts_.database.Write([&](store::Transaction& tx) -> absl::StatusOr<Job> {
        RETURN_IF_ERROR(Register(tx, task, bundles, sealed, now));
        return JobRepository(tx).Get(task.job.id);
      }));
  parts_.board.Changed(job.id);
  parts_.give(request.agent);
  return job;
}

}  // namespace cardferry::orchestrator
