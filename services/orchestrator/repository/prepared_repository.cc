#include "services/orchestrator/repository/prepared_repository.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/model/job.h"
#include "services/orchestrator/repository/hex_list.h"

namespace cardferry::orchestrator {
namespace {

using store::Row;

int Prepared() { return static_cast<int>(JobState::kPrepared); }

absl::StatusOr<std::vector<std::string>> Numbers(
    const absl::StatusOr<std::vector<Row>>& rows) {
  RETURN_IF_ERROR(rows.status());
  std::vector<std::string> ids;
  for (const Row& row : *rows) {
    int64_t number = 0;
    RETURN_IF_ERROR(row.Read(number));
    ids.push_back(absl::StrCat(number));
  }
  return ids;
}

}  // namespace

absl::Status PreparedRepository::Add(const PreparedPacket& packet,
                                     const std::string& card_id) {
  RETURN_IF_ERROR(Remove(packet.job_id));
  RETURN_IF_ERROR(
      tx_.Execute("INSERT INTO prepared_jobs (job, agent, card_id, expires_us) "
                  "VALUES (:job, :agent, :card, :expires)",
                  {{"job", packet.job_id},
                   {"agent", packet.agent},
                   {"card", card_id},
                   {"expires", packet.expires_at}})
          .status());
  int ordinal = 0;
  for (const PreparedAttempt& attempt : packet.attempts) {
    RETURN_IF_ERROR(
        tx_.Execute("INSERT INTO prepared_packets VALUES (:job, :ordinal, "
                    ":packet, :probe, :scripts)",
                    {{"job", packet.job_id},
                     {"ordinal", ordinal++},
                     {"packet", attempt.packet_id},
                     {"probe", attempt.probe},
                     {"scripts", JoinHex(attempt.scripts)}})
            .status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> PreparedRepository::Stored(
    const std::string& agent, const std::vector<std::string>& ids) {
  ASSIGN_OR_RETURN(
      const std::vector<std::string> known,
      Numbers(tx_.Query("SELECT job FROM prepared_jobs JOIN jobs ON job = "
                        "number WHERE prepared_jobs.agent = :agent AND "
                        "state = :prepared",
                        {{"agent", agent}, {"prepared", Prepared()}})));
  const std::set<std::string> wanted(known.begin(), known.end());
  std::vector<std::string> foreign;
  for (const std::string& id : ids) {
    if (wanted.count(id) == 0) {
      foreign.push_back(id);
      continue;
    }
    RETURN_IF_ERROR(
        tx_.Execute("UPDATE prepared_jobs SET stored = 1 WHERE job = :job",
                    {{"job", id}})
            .status());
    RETURN_IF_ERROR(tx_.Execute("DELETE FROM prepared_packets WHERE job = :job",
                                {{"job", id}})
                        .status());
  }
  return foreign;
}

absl::StatusOr<std::vector<PreparedPacket>> PreparedRepository::Unstored(
    const std::string& agent, absl::Time now) {
  ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      tx_.Query("SELECT prepared_jobs.job, expires_us, packet_id, probe, "
                "scripts FROM prepared_jobs JOIN jobs ON prepared_jobs.job = "
                "number JOIN prepared_packets ON prepared_packets.job = number "
                "WHERE prepared_jobs.agent = :agent AND state = :prepared AND "
                "stored = 0 AND expires_us > :now ORDER BY number, ordinal",
                {{"agent", agent}, {"prepared", Prepared()}, {"now", now}}));
  std::vector<PreparedPacket> packets;
  for (const Row& row : rows) {
    int64_t number = 0;
    absl::Time expires_at;
    PreparedAttempt attempt;
    std::string scripts;
    RETURN_IF_ERROR(row.Read(number, expires_at, attempt.packet_id,
                             attempt.probe, scripts));
    ASSIGN_OR_RETURN(attempt.scripts, SplitHex(scripts));
    const std::string job_id = absl::StrCat(number);
    if (packets.empty() || packets.back().job_id != job_id) {
      packets.push_back({job_id, agent, expires_at, {}});
    }
    packets.back().attempts.push_back(std::move(attempt));
  }
  return packets;
}

absl::StatusOr<std::vector<std::string>> PreparedRepository::Expired(
    absl::Time now) {
  return Numbers(
      tx_.Query("SELECT job FROM prepared_jobs JOIN jobs ON job = number WHERE "
                "state = :prepared AND expires_us <= :now",
                {{"prepared", Prepared()}, {"now", now}}));
}

absl::StatusOr<std::vector<std::string>> PreparedRepository::JobsOf(
    const std::string& card_id) {
  return Numbers(
      tx_.Query("SELECT job FROM prepared_jobs WHERE card_id = :card",
                {{"card", card_id}}));
}

absl::Status PreparedRepository::Remove(const std::string& job_id) {
  RETURN_IF_ERROR(tx_.Execute("DELETE FROM prepared_packets WHERE job = :job",
                              {{"job", job_id}})
                      .status());
  return tx_
      .Execute("DELETE FROM prepared_jobs WHERE job = :job", {{"job", job_id}})
      .status();
}

}  // namespace cardferry::orchestrator
