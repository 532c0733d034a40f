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
      tx_.Execute("INSERT INTO prepared_jobs (job, agent, card_id, stored_id, "
                  "expires_us) VALUES (:job, :agent, :card, :id, :expires)",
                  {{"job", packet.job_id},
                   {"agent", packet.agent},
                   {"card", card_id},
                   {"id", StoredIdOf(packet)},
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

absl::StatusOr<PreparedRepository::Inventory> PreparedRepository::Stored(
    const std::string& agent, const std::vector<std::string>& ids) {
  ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      tx_.Query("SELECT job, stored_id, stored, state = :prepared FROM "
                "prepared_jobs JOIN jobs ON job = number "
                "WHERE prepared_jobs.agent = :agent ORDER BY job",
                {{"agent", agent}, {"prepared", Prepared()}}));
  const std::set<std::string> said(ids.begin(), ids.end());
  std::set<std::string> wanted;
  Inventory inventory;
  for (const Row& row : rows) {
    int64_t job = 0;
    std::string id;
    bool stored = false, waits = false;
    RETURN_IF_ERROR(row.Read(job, id, stored, waits));
    const bool there = said.count(id) > 0;
    if (there && waits) wanted.insert(id);
    if (there && waits && !stored) {
      RETURN_IF_ERROR(SetStored(job, true));
      inventory.arrived.push_back(absl::StrCat(job));
      RETURN_IF_ERROR(Wipe(inventory.arrived.back()));
    } else if (!there && stored) {
      RETURN_IF_ERROR(SetStored(job, false));
      inventory.lost.push_back(absl::StrCat(job));
    }
  }
  for (const std::string& id : ids) {
    if (wanted.count(id) == 0) inventory.foreign.push_back(id);
  }
  return inventory;
}

absl::Status PreparedRepository::SetStored(int64_t job, bool stored) {
  return tx_
      .Execute("UPDATE prepared_jobs SET stored = :stored WHERE job = :job",
               {{"stored", stored}, {"job", job}})
      .status();
}

absl::Status PreparedRepository::Wipe(const std::string& job_id) {
  ASSIGN_OR_RETURN(const int64_t wiped,
                   tx_.Execute("DELETE FROM prepared_packets WHERE job = :job",
                               {{"job", job_id}}));
  if (wiped == 0) return absl::OkStatus();
  return tx_.Execute("UPDATE wiped_packets SET times = times + 1").status();
}

absl::StatusOr<int64_t> PreparedRepository::TimesWiped() {
  ASSIGN_OR_RETURN(const Row row,
                   tx_.QueryOne("SELECT times FROM wiped_packets"));
  int64_t times = 0;
  RETURN_IF_ERROR(row.Read(times));
  return times;
}

absl::StatusOr<std::vector<PreparedPacket>> PreparedRepository::Unstored(
    const std::string& agent, absl::Time now) {
  ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      tx_.Query("SELECT prepared_jobs.job, expires_us, packet_id, probe, "
                "scripts FROM prepared_jobs JOIN prepared_packets ON "
                "prepared_packets.job = prepared_jobs.job WHERE "
                "prepared_jobs.job IN (SELECT number FROM jobs JOIN "
                "prepared_jobs AS due ON due.job = number WHERE "
                "due.agent = :agent AND state = :prepared AND due.stored = 0 "
                "AND due.expires_us > :now ORDER BY number LIMIT :most) "
                "ORDER BY prepared_jobs.job, ordinal",
                {{"agent", agent},
                 {"prepared", Prepared()},
                 {"now", now},
                 {"most", kMostAtOnce}}));
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
  RETURN_IF_ERROR(Wipe(job_id));
  return tx_
      .Execute("DELETE FROM prepared_jobs WHERE job = :job", {{"job", job_id}})
      .status();
}

}  // namespace cardferry::orchestrator
