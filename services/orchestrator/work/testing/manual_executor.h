#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_WORK_TESTING_MANUAL_EXECUTOR_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_WORK_TESTING_MANUAL_EXECUTOR_H_

#include <deque>
#include <map>
#include <utility>

#include "services/orchestrator/work/executor.h"

namespace cardferry::orchestrator {

// Runs tasks when the test says so, on the test's own thread; its time moves
// only when told to. Not safe across threads.
class ManualExecutor final : public Executor {
 public:
  void Post(Task task) override { ready_.push_back(std::move(task)); }
  void PostAfter(absl::Duration delay, Task task) override {
    timers_.emplace(now_ + delay, std::move(task));
  }

  // Runs one task; false when none is ready.
  bool RunOne() {
    if (ready_.empty()) return false;
    Task task = std::move(ready_.front());
    ready_.pop_front();
    task();
    return true;
  }
  // Runs until nothing is ready.
  void RunAll() {
    while (RunOne()) {
    }
  }
  // Lets timers run that are due within `by`, in order.
  void Advance(absl::Duration by) {
    const absl::Duration end = now_ + by;
    RunAll();
    while (!timers_.empty() && timers_.begin()->first <= end) {
      now_ = timers_.begin()->first;
      Task task = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
      task();
      RunAll();
    }
    now_ = end;
  }
  size_t timers() const { return timers_.size(); }

 private:
  std::deque<Task> ready_;
  std::multimap<absl::Duration, Task> timers_;
  absl::Duration now_ = absl::ZeroDuration();
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_WORK_TESTING_MANUAL_EXECUTOR_H_
