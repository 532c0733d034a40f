#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_WORK_THREAD_POOL_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_WORK_THREAD_POOL_H_

#include <cstdint>
#include <deque>
#include <map>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/orchestrator/work/executor.h"

namespace cardferry::orchestrator {

// A fixed number of threads, and timers by the steady passing of time.
class ThreadPool final : public Executor {
 public:
  explicit ThreadPool(int threads);
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;
  ~ThreadPool() override;

  void Post(Task task) override;
  void PostAfter(absl::Duration delay, Task task) override;

  // Runs what was posted and what that posts, drops what was to come later,
  // and ends the threads. After it nothing runs any more. The second time does
  // nothing.
  void Stop();

 private:
  void Work();
  // Waits for the next task; false when there will be none.
  bool Next(Task& task);
  void TakeDueTimers() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::deque<Task> ready_ ABSL_GUARDED_BY(mutex_);
  std::multimap<absl::Time, Task> timers_ ABSL_GUARDED_BY(mutex_);
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_WORK_THREAD_POOL_H_
