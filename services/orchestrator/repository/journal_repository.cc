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
    const std::string& job_id, int64_t after_id, int64_t limit) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query("SELECT id, at_us, kind, text, job_id, card_id, agent "
                "FROM journal WHERE id > :after "
                "AND (:job = '' OR job_id = :job) ORDER BY id LIMIT :page",
                {{"after", after_id}, {"job", job_id}, {"page", limit}}));
  std::vector<JournalEntry> list;
  for (const store::Row& row : rows) {
    JournalEntry e;
    RETURN_IF_ERROR(
        row.Read(e.id, e.at, e.kind, e.text, e.job_id, e.card_id, e.agent));
    list.push_back(std::move(e));
  }
  return list;
}

absl::StatusOr<int64_t> JournalRepository::LastId() {
  ASSIGN_OR_RETURN(const store::Row row,
                   tx_.QueryOne("SELECT COALESCE(MAX(id), 0) FROM journal"));
  int64_t id = 0;
  RETURN_IF_ERROR(row.Read(id));
  return id;
}

// Only the oldest entries are looked at, however many there are.
absl::StatusOr<int64_t> JournalRepository::Prune(absl::Time before,
                                                 int64_t keep) {
  return tx_.Execute(
      "DELETE FROM journal WHERE id IN (SELECT id FROM (SELECT id, at_us FROM "
      "journal ORDER BY id LIMIT :page) WHERE at_us < :before OR id <= "
      "(SELECT MAX(id) FROM journal) - :keep)",
      {{"page", kPage}, {"before", before}, {"keep", keep}});
}

}  // namespace cardferry::orchestrator
