#include "services/orchestrator/session/prepared_packets.h"

#include <utility>

#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/packet_repository.h"
#include "services/orchestrator/repository/prepared_repository.h"

namespace cardferry::orchestrator {
namespace {

constexpr char kLeftBehind[] =
    "The card was in a session since its packet was made: that can no longer "
    "be run. The job waits for the card.";
constexpr char kExpired[] =
    "The packet that waited for the card has expired. The job waits for the "
    "card at a connected reader, which is read first there.";
constexpr char kCancelled[] =
    "Cancelled. The card's counter has left its packet behind: it can no "
    "longer be run.";

struct ForAgent {
  std::vector<std::string> foreign;
  std::vector<PreparedPacket> missing;
};

}  // namespace

absl::Status PreparedPackets::OnStored(const std::string& agent,
                                       const std::vector<std::string>& ids,
                                       AgentLink& link) {
  const absl::Time now = context_.clock.Now();
  ASSIGN_OR_RETURN(
      ForAgent found,
      context_.database.Write(
          [&](store::Transaction& tx) -> absl::StatusOr<ForAgent> {
            PreparedRepository prepared(tx);
            ForAgent result;
            ASSIGN_OR_RETURN(result.foreign, prepared.Stored(agent, ids));
            ASSIGN_OR_RETURN(result.missing, prepared.Unstored(agent, now));
            return result;
          }));
  if (!found.foreign.empty()) link.Send(ForgetStored{std::move(found.foreign)});
  for (PreparedPacket& packet : found.missing) {
    link.Send(GiveStored{std::move(packet)});
  }
  for (const std::string& id : ids) context_.board.Changed(id);
  return absl::OkStatus();
}

absl::Status PreparedPackets::Ran(store::Transaction& tx, const Packet& packet,
                                  absl::Time now) {
  RETURN_IF_ERROR(PacketRepository(tx).AbandonPrepared(packet.job_id));
  RETURN_IF_ERROR(PreparedRepository(tx).Remove(packet.job_id));
  const absl::Status started = JobRepository(tx).StartPrepared(packet, now);
  // The job is over, or under way with another packet. What the report says of
  // the card counts all the same.
  return absl::IsFailedPrecondition(started) ? absl::OkStatus() : started;
}

absl::StatusOr<std::vector<std::string>> PreparedPackets::LeaveBehind(
    store::Transaction& tx, const std::string& card_id, absl::Time now) {
  ASSIGN_OR_RETURN(std::vector<std::string> ids,
                   PreparedRepository(tx).JobsOf(card_id));
  JobRepository jobs(tx);
  for (const std::string& id : ids) {
    RETURN_IF_ERROR(PacketRepository(tx).AbandonPrepared(id));
    RETURN_IF_ERROR(PreparedRepository(tx).Remove(id));
    ASSIGN_OR_RETURN(const Job job, jobs.Get(id));
    if (IsOver(job.state)) continue;
    if (job.cancel_requested) {
      RETURN_IF_ERROR(jobs.Finish(id, std::nullopt,
                                  {JobState::kCancelled, kCancelled, {}}, now));
    } else if (job.state == JobState::kPrepared) {
      RETURN_IF_ERROR(jobs.Unprepare(id, kLeftBehind, now));
    }
  }
  return ids;
}

absl::Status PreparedPackets::Expire(absl::Time now) {
  ASSIGN_OR_RETURN(
      const std::vector<std::string> ids,
      context_.database.Write([&](store::Transaction& tx)
                                  -> absl::StatusOr<std::vector<std::string>> {
        ASSIGN_OR_RETURN(std::vector<std::string> expired,
                         PreparedRepository(tx).Expired(now));
        for (const std::string& id : expired) {
          RETURN_IF_ERROR(JobRepository(tx).Unprepare(id, kExpired, now));
        }
        return expired;
      }));
  for (const std::string& id : ids) context_.board.Changed(id);
  return absl::OkStatus();
}

}  // namespace cardferry::orchestrator
