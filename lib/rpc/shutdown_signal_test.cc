#include "lib/rpc/shutdown_signal.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::rpc {
namespace {

// What the child does: waits for one signal, says so, then sleeps.
[[noreturn]] void WaitThenSleep(int say) {
  auto signal = ShutdownSignal::Block();
  if (!signal.ok()) _exit(1);
  if (write(say, "r", 1) != 1) _exit(1);
  if (!signal->Wait()) _exit(2);
  if (write(say, "w", 1) != 1) _exit(1);
  for (;;) pause();
}

char ReadOne(int fd) {
  char c = 0;
  return read(fd, &c, 1) == 1 ? c : '-';
}

TEST(ShutdownSignalTest, TheFirstIsWaitedForAndTheSecondEndsAtOnce) {
  for (const int first : {SIGTERM, SIGINT}) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    if (child == 0) WaitThenSleep(ends[1]);
    close(ends[1]);
    EXPECT_EQ(ReadOne(ends[0]), 'r');
    kill(child, first);
    EXPECT_EQ(ReadOne(ends[0]), 'w');
    kill(child, SIGTERM);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGTERM);
    close(ends[0]);
  }
}

TEST(ShutdownSignalTest, WaitsNoLongerThanItsTimeout) {
  ASSERT_OK_AND_ASSIGN(ShutdownSignal signal, ShutdownSignal::Block());
  EXPECT_FALSE(signal.Wait(absl::ZeroDuration()));
  EXPECT_FALSE(signal.Wait(absl::Milliseconds(1)));
  EXPECT_FALSE(signal.Wait(-absl::InfiniteDuration()));
  raise(SIGTERM);
  EXPECT_TRUE(signal.Wait(absl::ZeroDuration()));
}

}  // namespace
}  // namespace cardferry::rpc
