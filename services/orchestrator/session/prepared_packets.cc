#include "services/orchestrator/session/prepared_packets.h"

#include <utility>

#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/job_data/sealed_packet.h"
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
constexpr char kLost[] =
    "The agent has lost the packet that waited there for the card. The job "
    "waits for the card at a connected reader, which is read first there.";
constexpr char kUnreadable[] =
    "The packet that waited for the card cannot be read any more: it was "
    "sealed with another key than the service has now (data_key_file). The job "
    "waits for the card at a connected reader, which is read first there.";
constexpr char kCancelled[] =
    "Cancelled. The card's counter has left its packet behind: it can no "
    "longer be run.";

// Of what was given, that which has not arrived.
std::set<std::string> OnTheirWay(const std::vector<PreparedPacket>& missing,
                                 const std::set<std::string>& given) {
  std::set<std::string> names;
  for (const PreparedPacket& packet : missing) {
    if (given.count(StoredIdOf(packet)) > 0) names.insert(StoredIdOf(packet));
  }
  return names;
}

}  // namespace

absl::Status PreparedPackets::OnStored(const std::string& agent,
                                       const std::vector<std::string>& ids,
                                       std::set<std::string>& given,
                                       AgentLink& link) {
  const absl::Time now = context_.clock.Now();
  ASSIGN_OR_RETURN(Found found,
                   context_.database.Write([&](store::Transaction& tx) {
                     return Compare(tx, agent, ids, now);
                   }));
  if (!found.foreign.empty()) link.Send(ForgetStored{std::move(found.foreign)});
  given = OnTheirWay(found.missing, given);
  for (PreparedPacket& packet : found.missing) {
    if (!given.insert(StoredIdOf(packet)).second) continue;
    link.Send(GiveStored{std::move(packet)});
  }
  if (!found.unreadable.ok()) {
    LogError("prepared packets cannot be given",
             {{"agent", agent}, {"status", found.unreadable}});
  }
  for (const std::string& id : found.changed) context_.board.Changed(id);
  for (const Job& job : found.put_back) context_.job_waits(job.target, {});
  return absl::OkStatus();
}

absl::StatusOr<PreparedPackets::Found> PreparedPackets::Compare(
    store::Transaction& tx, const std::string& agent,
    const std::vector<std::string>& ids, absl::Time now) {
  PreparedRepository prepared(tx);
  ASSIGN_OR_RETURN(PreparedRepository::Inventory inventory,
                   prepared.Stored(agent, ids));
  Found found;
  found.foreign = std::move(inventory.foreign);
  found.changed = std::move(inventory.arrived);
  for (const std::string& id : inventory.lost) {
    RETURN_IF_ERROR(PutBack(tx, id, kLost, now, found));
  }
  ASSIGN_OR_RETURN(std::vector<PreparedPacket> sealed,
                   prepared.Unstored(agent, now));
  for (PreparedPacket& packet : sealed) {
    absl::StatusOr<PreparedPacket> opened = OpenPacket(context_.box, packet);
    if (opened.ok()) {
      found.missing.push_back(*std::move(opened));
      continue;
    }
    found.unreadable = opened.status();
    RETURN_IF_ERROR(PutBack(tx, packet.job_id, kUnreadable, now, found));
  }
  return found;
}

absl::Status PreparedPackets::PutBack(store::Transaction& tx,
                                      const std::string& job_id,
                                      const std::string& why, absl::Time now,
                                      Found& found) {
  JobRepository jobs(tx);
  ASSIGN_OR_RETURN(Job job, jobs.Get(job_id));
  found.changed.push_back(job_id);
  if (job.state != JobState::kPrepared) return absl::OkStatus();
  RETURN_IF_ERROR(jobs.Unprepare(job_id, why, now));
  found.put_back.push_back(std::move(job));
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
      const std::vector<Job> expired,
      context_.database.Write(
          [&](store::Transaction& tx) -> absl::StatusOr<std::vector<Job>> {
            ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                             PreparedRepository(tx).Expired(now));
            JobRepository repository(tx);
            std::vector<Job> jobs;
            for (const std::string& id : ids) {
              RETURN_IF_ERROR(repository.Unprepare(id, kExpired, now));
              ASSIGN_OR_RETURN(jobs.emplace_back(), repository.Get(id));
            }
            return jobs;
          }));
  for (const Job& job : expired) {
    context_.board.Changed(job.id);
    context_.job_waits(job.target, {});
  }
  return absl::OkStatus();
}

}  // namespace cardferry::orchestrator
