#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_ENDED_JOBS_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_ENDED_JOBS_H_

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/store/database.h"

namespace cardferry::orchestrator {

// Jobs that are over, within one transaction, and how they are forgotten. Their
// events are the journal's, and stay as long as that keeps them.
class EndedJobs {
 public:
  // The most jobs that one Forget forgets.
  static constexpr int64_t kPage = 100;

  explicit EndedJobs(store::Transaction& tx) : tx_(tx) {}

  // Forgets jobs that ended before `before`, the oldest ones, with their
  // applets, facts and packets. How many. A report of such a packet that comes
  // after all is one of a packet that is not known.
  absl::StatusOr<int64_t> Forget(absl::Time before);

  // When the last one ended.
  absl::StatusOr<std::optional<absl::Time>> LastEnd();

 private:
  store::Transaction& tx_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_ENDED_JOBS_H_
