#include "tests/stage/process.h"

#include <signal.h>
#include <unistd.h>

#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"

namespace cardferry::stage {
namespace {

Command Shell(const std::string& script) {
  Command command;
  command.arguments = {"/bin/sh", "-c", script};
  return command;
}

TEST(ProcessTest, KeepsOutputErrorsAndTheExitCode) {
  ASSERT_OK_AND_ASSIGN(
      const Outcome outcome,
      RunToEnd(Shell("echo out; echo err >&2; exit 3"), absl::Seconds(30)));
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_EQ(outcome.output, "out\n");
  EXPECT_EQ(outcome.errors, "err\n");
}

TEST(ProcessTest, AProgramThatFailsOrIsMissingIsAnError) {
  EXPECT_THAT(
      RunSuccessfully(Shell("echo why >&2; exit 1"), absl::Seconds(30)),
      StatusIs(absl::StatusCode::kInternal, "/bin/sh ended with 1: why\n"));
  Command missing;
  missing.arguments = {"/no/such/program"};
  EXPECT_THAT(RunToEnd(missing, absl::Seconds(1)),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(ProcessTest, KillsAProgramThatTakesTooLong) {
  EXPECT_THAT(RunToEnd(Shell("exec sleep 600"), absl::Milliseconds(20)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST(ProcessTest, AddsToTheEnvironment) {
  Command command = Shell("echo $CARDFERRY_PROBE");
  command.environment["CARDFERRY_PROBE"] = "there";
  EXPECT_THAT(RunSuccessfully(command, absl::Seconds(30)),
              IsOkAndHolds(std::string("there\n")));
}

TEST(ProcessTest, AChildEndsWithItsOwner) {
  pid_t pid = 0;
  {
    ASSERT_OK_AND_ASSIGN(Process process,
                         Process::Start(Shell("exec sleep 600")));
    EXPECT_TRUE(process.running());
    pid = process.pid();
  }
  EXPECT_NE(kill(pid, 0), 0);
}

TEST(ProcessTest, StopAsksFirstAndTellsTheExitCode) {
  ASSERT_OK_AND_ASSIGN(
      Process process,
      Process::Start(
          Shell("trap 'exit 5' TERM; while :; do sleep 0.01; done")));
  // The trap is set when the shell has forked its first sleep; asking before
  // that ends it by the signal itself.
  const int code = process.Stop(absl::Seconds(30));
  EXPECT_TRUE(code == 5 || code == 128 + SIGTERM) << code;
  EXPECT_FALSE(process.running());
}

TEST(ProcessTest, AnUnprivilegedProgramCannotWriteAReadOnlyFile) {
  const std::string path = testing::TempDir() + "/readonly";
  ASSERT_OK(WriteFileAtomically(path, AsBytes("x"), 0440));
  Command command = Shell("echo y > " + path);
  command.unprivileged = true;
  ASSERT_OK_AND_ASSIGN(const Outcome outcome,
                       RunToEnd(command, absl::Seconds(30)));
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_THAT(ReadFile(path, 10), IsOkAndHolds(std::string("x")));
}

TEST(ProcessTest, ThePeakOfItsMemoryIsToldWhileItRuns) {
  ASSERT_OK_AND_ASSIGN(Process process,
                       Process::Start(Shell("exec sleep 600")));
  EXPECT_GT(PeakMemory(process.pid()), 0);
  EXPECT_LT(PeakMemory(process.pid()), 1 << 20);
  process.Kill();
  EXPECT_EQ(PeakMemory(-1), -1);
}

TEST(ProcessTest, APortOfAProgramThatEndsIsNotWaitedFor) {
  ASSERT_OK_AND_ASSIGN(Process process, Process::Start(Shell("exit 0")));
  EXPECT_THAT(AwaitPort(1, process, absl::Seconds(30)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "the program for port 1 has ended"));
}

}  // namespace
}  // namespace cardferry::stage
