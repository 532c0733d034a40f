// The stack of `./dev up`: in the foreground, with state that lasts.
#include <stdlib.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "tests/stage/process.h"
#include "tests/stage/runfiles.h"

namespace cardferry::e2e {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kRise = absl::Seconds(60);
constexpr absl::Duration kRun = absl::Seconds(20);

class UpTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(mkdtemp(folder_), nullptr);
    ASSERT_OK_AND_ASSIGN(program_, stage::Runfile("tests/stage/stage"));
  }
  std::string Path(absl::string_view name) const {
    return absl::StrCat(folder_, "/", name);
  }
  std::string Said(const std::string& log) const {
    return ReadFile(Path(log), 1 << 20).value_or("");
  }
  stage::Command UpCommand() const {
    stage::Command command;
    command.arguments = {program_,        "up", "--folder", folder_,
                         "--port-offset", "100"};
    return command;
  }
  // Raised, when it says so.
  absl::StatusOr<stage::Process> Up(const std::string& log) const {
    stage::Command command = UpCommand();
    command.log_file = Path(log);
    ASSIGN_OR_RETURN(stage::Process up, stage::Process::Start(command));
    const absl::Time deadline = absl::Now() + kRise;
    while (!absl::StrContains(Said(log), "== ready.")) {
      if (!up.running() || absl::Now() > deadline) {
        return absl::InternalError(absl::StrCat("not ready: ", Said(log)));
      }
      absl::SleepFor(absl::Milliseconds(50));
    }
    return up;
  }
  // With the settings that it prints.
  stage::Outcome Cardferry(const std::vector<std::string>& arguments) const {
    stage::Command command;
    command.arguments = {*stage::Runfile("cli/cardferry")};
    command.arguments.insert(command.arguments.end(), arguments.begin(),
                             arguments.end());
    command.environment["CARDFERRY_CONFIG"] = Path("cli.textproto");
    return stage::RunToEnd(command, kRun)
        .value_or(stage::Outcome{-1, "", "cardferry did not run"});
  }

  char folder_[16] = "/run/up-XXXXXX";
  std::string program_;
};

TEST_F(UpTest, GoesOnWhereItWasEnded) {
  ASSERT_OK_AND_ASSIGN(const std::string applet,
                       stage::Runfile("applets/greetinglib.cap"));
  {
    ASSERT_OK_AND_ASSIGN(stage::Process up, Up("first.log"));
    EXPECT_EQ(Cardferry({"reader", "list"}).output,
              "AGENT    READER             CARD\n"
              "kiosk-1  Virtual PCD 00 00  present\n"
              "kiosk-1  Virtual PCD 00 01  none\n");
    ASSERT_EQ(Cardferry({"app", "add", applet}).exit_code, 0);
    const stage::Outcome loaded =
        Cardferry({"job", "add", "--app", "greetinglib", "--agent", "kiosk-1",
                   "--reader", "Virtual PCD 00 00", "--wait"});
    EXPECT_EQ(loaded.exit_code, 0) << loaded.output << loaded.errors;
    // One at a time in a folder.
    const auto other = stage::RunToEnd(UpCommand(), kRun);
    ASSERT_OK(other);
    EXPECT_EQ(other->exit_code, 1);
    EXPECT_THAT(other->errors, HasSubstr("another ./dev up runs in"));
    EXPECT_EQ(up.Stop(), 0) << Said("first.log");
    EXPECT_THAT(Said("first.log"), HasSubstr("== stopping\n"));
    EXPECT_THAT(Said("first.log"), HasSubstr("   down: pcscd\n"));
  }
  ASSERT_OK_AND_ASSIGN(stage::Process up, Up("second.log"));
  // The card has what it was given, and the services know.
  const stage::Outcome again =
      Cardferry({"job", "add", "--app", "greetinglib", "--agent", "kiosk-1",
                 "--reader", "Virtual PCD 00 00", "--wait"});
  EXPECT_EQ(again.exit_code, 0) << again.output << again.errors;
  EXPECT_THAT(again.output, HasSubstr("nothing was changed."));
  EXPECT_EQ(up.Stop(), 0) << Said("second.log");
}

}  // namespace
}  // namespace cardferry::e2e
