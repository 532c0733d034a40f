#include "lib/rpc/shutdown_signal.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/signalfd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

#include "absl/time/clock.h"
#include "lib/base/file.h"

namespace cardferry::rpc {
namespace {

sigset_t TheSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// For poll(): -1 waits for ever.
int PollTimeout(absl::Duration left) {
  if (left == absl::InfiniteDuration()) return -1;
  const int64_t milliseconds =
      absl::ToInt64Milliseconds(absl::Ceil(left, absl::Milliseconds(1)));
  return static_cast<int>(std::clamp<int64_t>(milliseconds, 0, INT_MAX));
}

}  // namespace

absl::StatusOr<ShutdownSignal> ShutdownSignal::Block() {
  const sigset_t signals = TheSignals();
  const int error = pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  if (error != 0) return ErrnoStatus(error, "blocking SIGTERM and SIGINT");
  UniqueFd fd(signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd.valid()) return ErrnoStatus(errno, "signalfd");
  return ShutdownSignal(std::move(fd));
}

bool ShutdownSignal::Wait(absl::Duration timeout) {
  const absl::Time end = absl::Now() + timeout;
  signalfd_siginfo info;
  while (read(fd_.get(), &info, sizeof(info)) != sizeof(info)) {
    const absl::Duration left = end - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    pollfd waiting = {fd_.get(), POLLIN, 0};
    poll(&waiting, 1, PollTimeout(left));
  }
  const sigset_t signals = TheSignals();
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  return true;
}

}  // namespace cardferry::rpc
