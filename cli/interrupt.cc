#include "cli/interrupt.h"

#include <poll.h>
#include <sys/eventfd.h>

#include <cerrno>
#include <utility>

namespace cardferry::cli {
namespace {

// True for the signal, false for the end.
bool AwaitSignal(int signal, int over) {
  pollfd fds[2] = {{signal, POLLIN, 0}, {over, POLLIN, 0}};
  while (poll(fds, 2, -1) < 0 && errno == EINTR) {
  }
  return fds[1].revents == 0 && fds[0].revents != 0;
}

}  // namespace

Interrupt::Interrupt(rpc::ShutdownSignal& signal, std::function<void()> end)
    : end_(std::move(end)), over_(eventfd(0, EFD_CLOEXEC)) {
  thread_ = std::thread([this, &signal] {
    if (!AwaitSignal(signal.fd(), over_.get())) return;
    signal.Wait();
    Happened();
  });
}

Interrupt::~Interrupt() {
  eventfd_write(over_.get(), 1);
  thread_.join();
}

void Interrupt::Set(std::function<void()> stop) {
  absl::MutexLock lock(&mutex_);
  stop_ = std::move(stop);
}

// What `stop` does is quick (it cancels a call): the lock is the promise that
// it does not run after Set.
void Interrupt::Happened() {
  absl::MutexLock lock(&mutex_);
  (stop_ != nullptr ? stop_ : end_)();
}

}  // namespace cardferry::cli
