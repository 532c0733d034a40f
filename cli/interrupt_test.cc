#include "cli/interrupt.h"

#include <signal.h>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cli {
namespace {

TEST(Interrupt, CallsWhatIsToBeStopped) {
  ASSERT_OK_AND_ASSIGN(rpc::ShutdownSignal signal,
                       rpc::ShutdownSignal::Block());
  absl::Notification stopped;
  Interrupt interrupt(signal, [] { FAIL() << "ended the process"; });
  interrupt.Set([&stopped] { stopped.Notify(); });
  kill(getpid(), SIGINT);
  stopped.WaitForNotification();
}

TEST(Interrupt, EndsTheProcessWhenNothingIsToBeStopped) {
  ASSERT_OK_AND_ASSIGN(rpc::ShutdownSignal signal,
                       rpc::ShutdownSignal::Block());
  absl::Notification ended;
  Interrupt interrupt(signal, [&ended] { ended.Notify(); });
  interrupt.Set([] { FAIL() << "that is over"; });
  interrupt.Set(nullptr);
  kill(getpid(), SIGTERM);
  ended.WaitForNotification();
}

TEST(Interrupt, GoesAwayWithoutASignal) {
  ASSERT_OK_AND_ASSIGN(rpc::ShutdownSignal signal,
                       rpc::ShutdownSignal::Block());
  Interrupt interrupt(signal, [] { FAIL() << "there was no signal"; });
}

}  // namespace
}  // namespace cardferry::cli
