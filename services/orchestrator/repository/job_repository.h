#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_JOB_REPOSITORY_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_JOB_REPOSITORY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/store/database.h"
#include "services/orchestrator/model/job.h"
#include "services/orchestrator/model/reader_address.h"

namespace cardferry::orchestrator {

// Jobs, within one transaction. A change that the job's state does not allow
// is FAILED_PRECONDITION; a job that does not exist is NOT_FOUND.
class JobRepository {
 public:
  explicit JobRepository(store::Transaction& tx) : tx_(tx) {}

  // The new job's id. FAILED_PRECONDITION when there is no such application.
  absl::StatusOr<std::string> Add(const NewJob& job, absl::Time now);

  absl::StatusOr<Job> Get(const std::string& id);
  // Newest first.
  absl::StatusOr<std::vector<Job>> List();
  // Personal data; empty once the job is over.
  absl::StatusOr<Bytes> InstallParameters(const std::string& id);

  // True when a card at this reader should be asked who it is: some job waits
  // for the reader, for any reader of its agent, or for a card anywhere.
  absl::StatusOr<bool> IsAwaited(const ReaderAddress& at);
  // The oldest job that waits for this card or for any card at this reader.
  absl::StatusOr<std::optional<Job>> FindWaiting(const ReaderAddress& at,
                                                 const std::string& card_id);

  // Waiting -> preparing.
  absl::Status Claim(const std::string& id);
  // Preparing -> running: from now on it is about this card.
  absl::Status Start(const std::string& id, const std::string& card_id,
                     uint32_t commands, uint32_t changes);
  // Preparing or running -> waiting; waiting stays and has a new message.
  absl::Status WaitAgain(const std::string& id, const std::string& message);
  // Not over -> done or failed. The install parameters are forgotten.
  absl::Status Finish(const std::string& id, JobState state,
                      const std::string& message,
                      const std::vector<Fact>& facts, absl::Time now);
  // Adds one packet's measurements to those of earlier ones.
  absl::Status AddMeasurements(const std::string& id, uint32_t commands_done,
                               const Measurements& more);

  // After a start of this service: what was under way waits again. The number
  // of jobs.
  absl::StatusOr<int64_t> RecoverAll(const std::string& message);

 private:
  absl::StatusOr<Job> ToJob(const store::Row& row);
  absl::Status CheckChanged(absl::StatusOr<int64_t> changed,
                            const std::string& id);

  store::Transaction& tx_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_JOB_REPOSITORY_H_
