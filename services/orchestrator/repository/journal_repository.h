#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_JOURNAL_REPOSITORY_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_JOURNAL_REPOSITORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/store/database.h"
#include "services/orchestrator/model/journal_entry.h"

namespace cardferry::orchestrator {

// The journal of events, within one transaction. Nothing is ever changed. The
// numbers grow in the order in which transactions commit: one writes at a time.
class JournalRepository {
 public:
  // The most entries that one List gives, and that one Prune forgets.
  static constexpr int64_t kPage = 1000;

  explicit JournalRepository(store::Transaction& tx) : tx_(tx) {}

  // `entry.id` is not looked at.
  absl::Status Add(const JournalEntry& entry);
  // Entries with a greater id than `after_id`, oldest first, at most kPage;
  // only those of `job_id` unless it is empty.
  absl::StatusOr<std::vector<JournalEntry>> List(const std::string& job_id,
                                                 int64_t after_id,
                                                 int64_t limit = kPage);
  // The newest entry's; 0: there is none.
  absl::StatusOr<int64_t> LastId();
  // Forgets entries from before `before` and those that are more than `keep`,
  // the oldest ones, at most kPage. How many.
  absl::StatusOr<int64_t> Prune(absl::Time before, int64_t keep);

 private:
  store::Transaction& tx_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_JOURNAL_REPOSITORY_H_
