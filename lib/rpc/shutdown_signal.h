#ifndef CARDFERRY_LIB_RPC_SHUTDOWN_SIGNAL_H_
#define CARDFERRY_LIB_RPC_SHUTDOWN_SIGNAL_H_

#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/unique_fd.h"

namespace cardferry::rpc {

// SIGTERM and SIGINT as something to wait for.
class ShutdownSignal {
 public:
  // From now on the two signals are kept for Wait. Call it first thing in
  // main(), while there is one thread: later threads inherit this.
  static absl::StatusOr<ShutdownSignal> Block();

  // Waits for the first signal; false when `timeout` is over before it comes.
  // After it the signals have their usual effect again, so that a second one
  // ends the process at once.
  bool Wait(absl::Duration timeout = absl::InfiniteDuration());

  // Readable when a signal is waiting: for a poll() of your own. Call Wait
  // then.
  int fd() const { return fd_.get(); }

 private:
  explicit ShutdownSignal(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace cardferry::rpc

#endif  // CARDFERRY_LIB_RPC_SHUTDOWN_SIGNAL_H_
