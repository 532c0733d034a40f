#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_JOBS_JOB_BOARD_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_JOBS_JOB_BOARD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "services/orchestrator/model/job.h"

namespace cardferry::orchestrator {

// What is known of running jobs in this process alone: their progress, too
// quick for the database, and who wants to hear of changes. Safe from any
// thread.
class JobBoard {
 public:
  // Called on the thread that made the change, several times at once perhaps,
  // once more perhaps while it is taken back: it must not wait, and may not
  // call the board.
  using Listener = std::function<void()>;

  // Ends the listening when it goes.
  class Subscription {
   public:
    Subscription() = default;
    Subscription(Subscription&&) = default;
    Subscription& operator=(Subscription&&) = default;

   private:
    friend class JobBoard;
    std::shared_ptr<Listener> listener_;
  };

  JobBoard() = default;
  JobBoard(const JobBoard&) = delete;
  JobBoard& operator=(const JobBoard&) = delete;

  // From now on `listener` hears of every change of the job.
  Subscription Listen(const std::string& job_id, Listener listener);

  // The agent says how far it is.
  void ShowProgress(const std::string& job_id, uint32_t done,
                    const std::string& label);
  // The job in the database has changed; its progress, if any, is over.
  void Changed(const std::string& job_id);

  // How far a running job is, in its fields. Others are left alone.
  void AddProgress(Job& job) const;

 private:
  struct Progress {
    uint32_t done = 0;
    std::string label;
  };

  void Tell(const std::string& job_id);

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Progress> progress_ ABSL_GUARDED_BY(mutex_);
  std::multimap<std::string, std::weak_ptr<Listener>> listeners_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_JOBS_JOB_BOARD_H_
