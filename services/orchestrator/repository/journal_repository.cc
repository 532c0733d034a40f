#include "services/orchestrator/repository/journal_repository.h"

#include <utility>

#include "lib/base/status_macros.h"

namespace cardferry::orchestrator {

absl::Status JournalRepository::Add(const JournalEntry& entry) {
  return tx_
      .Execute(
          "INSERT INTO journal (at_us, kind, text, job_id, card_id, agent)"
          " VALUES (:at, :kind, :text, :job, :card, :agent)",
          {{"at", entry.at},
           {"kind", entry.kind},
           {"text", entry.text},
           {"job", entry.job_id},
           {"card", entry.card_id},
           {"agent", entry.agent}})
      .status();
}

absl::StatusOr<std::vector<JournalEntry>> JournalRepository::List(
    const std::string& job_id, int64_t after_id) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query("SELECT id, at_us, kind, text, job_id, card_id, agent "
                "FROM journal WHERE id > :after "
                "AND (:job = '' OR job_id = :job) ORDER BY id LIMIT :page",
                {{"after", after_id}, {"job", job_id}, {"page", kPage}}));
  std::vector<JournalEntry> list;
  for (const store::Row& row : rows) {
    JournalEntry e;
    RETURN_IF_ERROR(
        row.Read(e.id, e.at, e.kind, e.text, e.job_id, e.card_id, e.agent));
    list.push_back(std::move(e));
  }
  return list;
}

}  // namespace cardferry::orchestrator
