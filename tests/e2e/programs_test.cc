// What every shipped program promises on its command line, and how the keyvault
// insists on its token and PIN being safe.
#include <fcntl.h>
#include <sys/stat.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "lib/base/unique_fd.h"
#include "tests/e2e/test_stage.h"
#include "tests/stage/runfiles.h"

namespace cardferry::e2e {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kRunTime = absl::Seconds(15);

stage::Outcome RunProgram(
    const std::string& program, const std::vector<std::string>& arguments,
    const std::map<std::string, std::string>& environment = {}) {
  const absl::StatusOr<std::string> path = stage::Runfile(program);
  if (!path.ok()) return {-1, "", path.status().ToString()};
  stage::Command command;
  command.arguments = {*path};
  command.arguments.insert(command.arguments.end(), arguments.begin(),
                           arguments.end());
  command.environment = environment;
  command.unprivileged = true;
  absl::StatusOr<stage::Outcome> outcome = stage::RunToEnd(command, kRunTime);
  if (!outcome.ok()) return {-1, "", outcome.status().ToString()};
  return *std::move(outcome);
}

// --- Every program. ---

class ProgramTest : public ::testing::TestWithParam<const char*> {};

TEST_P(ProgramTest, ExplainsItselfWithExamples) {
  const stage::Outcome help = RunProgram(GetParam(), {"--help"});
  EXPECT_EQ(help.exit_code, 0) << help.errors;
  EXPECT_EQ(help.errors, "");
  EXPECT_THAT(help.output, HasSubstr("Examples:\n"));
  EXPECT_THAT(help.output, HasSubstr("Exit codes:"));
  EXPECT_THAT(help.output, HasSubstr("--help"));
}

TEST_P(ProgramTest, EndsWithTwoWhenItIsUsedWrongly) {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{},
                                                    {"--no_such_option"},
                                                    {"no-such-command"}}) {
    const stage::Outcome wrong = RunProgram(GetParam(), arguments);
    EXPECT_EQ(wrong.exit_code, 2) << absl::StrCat(arguments.size());
    EXPECT_NE(wrong.errors, "");
    EXPECT_EQ(wrong.output, "");
  }
}

std::string NameOf(const ::testing::TestParamInfo<const char*>& info) {
  const std::string path = info.param;
  return absl::StrReplaceAll(path.substr(path.rfind('/') + 1), {{"-", "_"}});
}

INSTANTIATE_TEST_SUITE_P(Shipped, ProgramTest,
                         ::testing::Values("agent/agent", "cardsim/cardsim",
                                           "cli/cardferry",
                                           "hsm-config/keyvault-token",
                                           "services/keyvault/keyvault",
                                           "services/orchestrator/orchestrator",
                                           "services/sequencer/sequencer"),
                         NameOf);

// --- Those with a configuration file, and a stage's configurations. ---

struct Configured {
  const char* program;
  const char* config;
};

class ConfiguredProgramTest : public ::testing::TestWithParam<Configured> {
 protected:
  static void SetUpTestSuite() {
    absl::StatusOr<std::unique_ptr<TestStage>> made = TestStage::Make({});
    ASSERT_OK(made);
    stage_ = made->release();
    ASSERT_OK(stage_->stage().Prepare());
  }
  static void TearDownTestSuite() {
    delete stage_;
    stage_ = nullptr;
  }
  void SetUp() override { ASSERT_NE(stage_, nullptr); }

  static stage::Outcome Check(const std::string& config) {
    return RunProgram(GetParam().program,
                      {"--config", config, "--check_config"});
  }
  // The configuration with one text in it replaced, in a file of its own.
  static std::string Spoilt(const std::string& from, const std::string& to) {
    const absl::StatusOr<std::string> text =
        ReadFile(stage_->Path(GetParam().config), 1 << 16);
    EXPECT_OK(text);
    EXPECT_THAT(*text, HasSubstr(from));
    const std::string path =
        stage_->Path(absl::StrCat(GetParam().config, ".spoilt"));
    EXPECT_OK(WriteFileAtomically(
        path, AsBytes(absl::StrReplaceAll(*text, {{from, to}})), 0644));
    return path;
  }

  static inline TestStage* stage_ = nullptr;
};

TEST_P(ConfiguredProgramTest, SaysThatAGoodConfigurationIsRight) {
  const std::string config = stage_->Path(GetParam().config);
  const stage::Outcome checked = Check(config);
  EXPECT_EQ(checked.exit_code, 0) << checked.errors;
  EXPECT_EQ(checked.output, config + " is right\n");
}

TEST_P(ConfiguredProgramTest, SaysWhereAConfigurationIsWrong) {
  const std::string unknown = Spoilt("tls {", "nonsense: 7\ntls {");
  const stage::Outcome checked = Check(unknown);
  EXPECT_EQ(checked.exit_code, 1);
  EXPECT_EQ(checked.output, "");
  EXPECT_THAT(checked.errors, HasSubstr(unknown));
  EXPECT_THAT(checked.errors, HasSubstr("nonsense"));
}

TEST_P(ConfiguredProgramTest, WantsItsCertificate) {
  const stage::Outcome checked = Check(Spoilt(".crt", ".nothing"));
  EXPECT_EQ(checked.exit_code, 1);
  EXPECT_EQ(checked.output, "");
  EXPECT_THAT(checked.errors, HasSubstr(".nothing"));
}

TEST_P(ConfiguredProgramTest, EndsWithTwoWithoutAConfigurationFile) {
  EXPECT_EQ(Check(stage_->Path("not-there.textproto")).exit_code, 2);
}

INSTANTIATE_TEST_SUITE_P(
    Shipped, ConfiguredProgramTest,
    ::testing::Values(
        Configured{"agent/agent", "agent.textproto"},
        Configured{"services/keyvault/keyvault", "keyvault/keyvault.textproto"},
        Configured{"services/orchestrator/orchestrator",
                   "orchestrator.textproto"},
        Configured{"services/sequencer/sequencer", "sequencer.textproto"}),
    [](const auto& test) {
      const std::string path = test.param.program;
      return path.substr(path.rfind('/') + 1);
    });

// --- The keyvault and its token. ---

class KeyvaultTokenTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(stage_, TestStage::Make({}));
    ASSERT_OK(stage_->stage().Prepare());
  }
  // Starts it as the stage does, with this PIN file; it has to end by itself.
  stage::Outcome Keyvault(const std::string& pin_file) {
    return RunProgram("services/keyvault/keyvault",
                      {"--config", stage_->Path("keyvault/keyvault.textproto"),
                       "--pin_file", pin_file},
                      stage_->folder().TokenEnvironment());
  }
  std::string pin() { return stage_->Path("keyvault/pin"); }
  std::string token() { return stage_->Path("keyvault/token"); }

  static std::string Complaint(const std::string& path) {
    return absl::StrCat(
        "keyvault: ", path,
        " is writable by this process: a crash could destroy the token. Run "
        "keyvault under a user of its own that is not root, and publish the "
        "token read-only (keyvault-token init does: folders 0550, files "
        "0440), or mount it read-only; --allow_writable_token for development "
        "only\n");
  }

  std::unique_ptr<TestStage> stage_;
};

TEST_F(KeyvaultTokenTest, ThatItCouldWriteKeepsItFromServing) {
  ASSERT_EQ(chmod(token().c_str(), 0750), 0);
  const stage::Outcome refused = Keyvault(pin());
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr(Complaint(token())));

  ASSERT_EQ(chmod(token().c_str(), 0550), 0);
  ASSERT_OK(stage_->stage().StartKeyVault());
}

TEST_F(KeyvaultTokenTest, ThatItCouldWriteServesDevelopersWhoSaySo) {
  ASSERT_EQ(chmod(token().c_str(), 0750), 0);
  stage::Command command;
  ASSERT_OK_AND_ASSIGN(const std::string path,
                       stage::Runfile("services/keyvault/keyvault"));
  command.arguments = {
      path,         "--config", stage_->Path("keyvault/keyvault.textproto"),
      "--pin_file", pin(),      "--allow_writable_token"};
  command.environment = stage_->folder().TokenEnvironment();
  command.log_file = stage_->Path("developers-keyvault.log");
  ASSERT_OK_AND_ASSIGN(stage::Process keyvault, stage::Process::Start(command));
  EXPECT_OK(
      stage::AwaitPort(stage::kKeyVaultPort, keyvault, absl::Seconds(20)));
  EXPECT_THAT(
      ReadFile(command.log_file, 1 << 20),
      IsOkAndHolds(HasSubstr(
          "\"level\":\"warning\",\"component\":\"keyvault\",\"message\":\"the "
          "token may be writable: for development only\"")));
  EXPECT_EQ(keyvault.Stop(), 0);
}

TEST_F(KeyvaultTokenTest, NeedsAPinFileThatNobodyElseReads) {
  ASSERT_EQ(chmod(pin().c_str(), 0440), 0);
  const stage::Outcome refused = Keyvault(pin());
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr(pin()));
  ASSERT_EQ(chmod(pin().c_str(), 0400), 0);
}

TEST_F(KeyvaultTokenTest, WithAWrongPinIsNotOpenedAndThePinIsNotShown) {
  const std::string wrong = stage_->Path("keyvault/wrong-pin");
  constexpr char kWrong[] = "00000000000000000000000000000000";
  ASSERT_OK(WriteFileAtomically(wrong, AsBytes(kWrong), 0400));
  const stage::Outcome refused = Keyvault(wrong);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.errors, HasSubstr("keyvault: "));
  EXPECT_THAT(refused.errors, ::testing::Not(HasSubstr(kWrong)));
}

TEST_F(KeyvaultTokenTest, IsOutOfReachOfOtherProcessesMemory) {
  ASSERT_OK(stage_->stage().StartKeyVault());
  const std::string process =
      absl::StrCat("/proc/", stage_->stage().keyvault().pid(), "/");
  // The same user, and still: its memory and environment are closed.
  for (const char* name : {"mem", "environ", "maps"}) {
    const UniqueFd file(open((process + name).c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_FALSE(file.valid()) << name;
  }
  const absl::StatusOr<std::string> arguments =
      ReadFile(process + "cmdline", 1 << 16);
  ASSERT_OK(arguments);
  ASSERT_OK_AND_ASSIGN(const std::string secret, ReadFile(pin(), 1 << 12));
  EXPECT_FALSE(absl::StrContains(*arguments, secret));
}

}  // namespace
}  // namespace cardferry::e2e
