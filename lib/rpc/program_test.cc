#include "lib/rpc/program.h"

#include <vector>

#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"

namespace cardferry::rpc {
namespace {

// A program whose configuration is right when it is "good"; it runs to its end
// at once. Its own flag stops it.
int RunWith(std::vector<std::string> arguments) {
  bool broken = false;
  arguments.insert(arguments.begin(), "probe");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(&argument[0]);
  const auto check = [](const std::string& file) -> absl::Status {
    absl::StatusOr<std::string> text = ReadFile(file, 100);
    if (!text.ok()) return text.status();
    if (*text == "good") return absl::OkStatus();
    return absl::InvalidArgumentError("not good");
  };
  const ProgramWork work = {
      [&broken](CLI::App& app) { app.add_flag("--broken", broken, "stops"); },
      check,
      [&](const std::string& file, ShutdownSignal&) {
        return broken ? absl::InternalError("broken") : check(file);
      }};
  return RunProgram({"probe", "Probes.", "Examples:\n"}, work,
                    static_cast<int>(argv.size()), argv.data());
}

std::string FileWith(const std::string& text) {
  const std::string path = testing::TempDir() + "/" + text + ".textproto";
  EXPECT_OK(WriteFileAtomically(path, AsBytes(text), 0600));
  return path;
}

TEST(ProgramTest, EndsWith0WhenAllIsRight) {
  EXPECT_EQ(RunWith({"--config", FileWith("good")}), 0);
  EXPECT_EQ(RunWith({"--config", FileWith("good"), "--check_config"}), 0);
  EXPECT_EQ(RunWith({"--help"}), 0);
}

TEST(ProgramTest, EndsWith1WhenItCannotStart) {
  EXPECT_EQ(RunWith({"--config", FileWith("bad")}), 1);
  EXPECT_EQ(RunWith({"--config", FileWith("bad"), "--check_config"}), 1);
  EXPECT_EQ(RunWith({"--config", FileWith("good"), "--broken"}), 1);
}

TEST(ProgramTest, ChecksWithoutRunning) {
  EXPECT_EQ(
      RunWith({"--config", FileWith("good"), "--broken", "--check_config"}), 0);
}

TEST(ProgramTest, EndsWith2OnWrongUsage) {
  EXPECT_EQ(RunWith({}), 2);
  EXPECT_EQ(RunWith({"--config", "/no/such/file"}), 2);
  EXPECT_EQ(RunWith({"--config", FileWith("good"), "--unknown"}), 2);
}

}  // namespace
}  // namespace cardferry::rpc
