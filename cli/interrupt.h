#ifndef CARDFERRY_CLI_INTERRUPT_H_
#define CARDFERRY_CLI_INTERRUPT_H_

#include <functional>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "lib/base/unique_fd.h"
#include "lib/rpc/shutdown_signal.h"

namespace cardferry::cli {

// Decides what the first SIGINT or SIGTERM does: it ends the process with 130,
// or calls a function, on a thread of its own. A second one always ends it.
class Interrupt {
 public:
  // `signal` outlives it. `end` is called when there is no function.
  Interrupt(rpc::ShutdownSignal& signal, std::function<void()> end);
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  // From now on the signal calls `stop`; empty: it ends the process. Waits for
  // a call that is under way: afterwards the old function runs no more.
  void Set(std::function<void()> stop);

 private:
  void Happened();

  const std::function<void()> end_;
  absl::Mutex mutex_;
  std::function<void()> stop_ ABSL_GUARDED_BY(mutex_);
  UniqueFd over_;  // readable when the destructor wants the thread to end
  std::thread thread_;
};

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_INTERRUPT_H_
