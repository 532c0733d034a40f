#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_WORK_STRAND_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_WORK_STRAND_H_

#include <cstddef>
#include <deque>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/orchestrator/work/executor.h"

namespace cardferry::orchestrator {

// Runs its tasks one after the other, in order, on an executor: what belongs
// to one strand needs no lock. Safe from any thread.
class Strand : public std::enable_shared_from_this<Strand> {
 public:
  // `executor` outlives it; at most `limit` tasks wait.
  static std::shared_ptr<Strand> Create(Executor& executor, size_t limit);

  // False when `limit` tasks wait already: `task` is dropped.
  bool Post(Task task);
  // For what must not be lost (the end of a session): no limit.
  void PostAlways(Task task);
  // Post, later. `task` is dropped when the strand is gone by then.
  void PostAfter(absl::Duration delay, Task task);

 private:
  Strand(Executor& executor, size_t limit)
      : executor_(executor), limit_(limit) {}

  void Enqueue(Task task) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RunOne();

  Executor& executor_;
  const size_t limit_;
  absl::Mutex mutex_;
  std::deque<Task> waiting_ ABSL_GUARDED_BY(mutex_);
  bool running_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_WORK_STRAND_H_
