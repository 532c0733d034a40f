#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_JOB_WATCH_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_JOB_WATCH_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "services/orchestrator/jobs/job_board.h"
#include "services/orchestrator/model/job.h"
#include "services/orchestrator/operators/operator_desk.h"
#include "services/orchestrator/operators/watch.h"
#include "services/orchestrator/work/executor.h"

namespace cardferry::orchestrator {

// One onlooker of one job: is given the job as it is, and again after changes,
// never faster than it takes them: changes in between become one. Nothing runs
// while nothing changes. Safe from any thread.
class JobWatch : public Watch, public std::enable_shared_from_this<JobWatch> {
 public:
  // Called on a thread of the executor, once after each Ready at most.
  using Deliver = std::function<void(absl::StatusOr<Job>)>;

  // `desk`, `board` and `executor` outlive it.
  static std::shared_ptr<JobWatch> Create(std::string job_id,
                                          OperatorDesk& desk, JobBoard& board,
                                          Executor& executor, Deliver deliver);

  void Ready() override;
  void Stop() override;

 private:
  JobWatch(std::string job_id, OperatorDesk& desk, Executor& executor,
           Deliver deliver)
      : job_id_(std::move(job_id)),
        desk_(desk),
        executor_(executor),
        deliver_(std::move(deliver)) {}

  void Changed();
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Read();

  const std::string job_id_;
  OperatorDesk& desk_;
  Executor& executor_;
  absl::Mutex mutex_;
  JobBoard::Subscription subscription_ ABSL_GUARDED_BY(mutex_);
  Deliver deliver_ ABSL_GUARDED_BY(mutex_);
  bool changed_ ABSL_GUARDED_BY(mutex_) = true;
  bool ready_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_JOB_WATCH_H_
