#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_WORK_EXECUTOR_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_WORK_EXECUTOR_H_

#include <functional>

#include "absl/time/time.h"

namespace cardferry::orchestrator {

using Task = std::function<void()>;

// Runs tasks that may wait (network, disk), away from the threads that read
// and write streams. Safe from any thread.
class Executor {
 public:
  virtual ~Executor() = default;
  // Soon, in any order.
  virtual void Post(Task task) = 0;
  // Not before `delay` is over. Dropped when the executor stops first.
  virtual void PostAfter(absl::Duration delay, Task task) = 0;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_WORK_EXECUTOR_H_
