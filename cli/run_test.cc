#include "cli/run.h"

#include <map>

#include "cli/render/json.h"
#include "cli/render/testing/samples.h"
#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace cardferry::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RunTest : public RunFixture {};

TEST_F(RunTest, RefusesWrongUsageBeforeAnythingIsAsked) {
  const std::vector<std::vector<std::string>> wrong = {
      {},
      {"nonsense"},
      {"job"},
      {"job", "add", "--agent", "a"},
      {"job", "add", "--app", "a"},
      {"job", "add", "--app", "a", "--agent", "b", "--card", "c"},
      {"job", "add", "--app", "a", "--card", "c", "--reader", "r"},
      {"job", "add", "--app", "a", "--agent", "b", "--param-hex", "1",
       "--param-text", "t"},
      {"job", "add", "--app", "a", "--agent", "b", "--param-hex", "xyz"},
      {"job", "add", "--app", "a", "--agent", "b", "--param-file", "/nothing"},
      {"job", "watch"},
      {"app", "add"},
      {"events", "--after", "x"},
      {"job", "add", "--app", "a", "--agent", "b", "--action", "destroy"},
      {"job", "add", "--app", "a", "--agent", "b", "--watch", "--wait"},
      {"job", "add", "--app", "a", "--agent", "b", "--applet", "A0"},
      {"agent", "add"},
      {"card", "resume"},
  };
  for (const std::vector<std::string>& arguments : wrong) {
    EXPECT_EQ(Run(arguments), kUsage) << ::testing::PrintToString(arguments);
    EXPECT_NE(err(), "") << ::testing::PrintToString(arguments);
    EXPECT_EQ(out(), "") << ::testing::PrintToString(arguments);
  }
  EXPECT_EQ(fake_.added.application(), "");
}

TEST_F(RunTest, NamesTheSubcommandThatThereIsNot) {
  const auto complaint = [this](const std::vector<std::string>& arguments) {
    err_.str("");
    EXPECT_EQ(RunBare(arguments), kUsage);
    return err();
  };
  EXPECT_EQ(complaint({"job", "lst"}),
            "cardferry: there is no subcommand \"lst\" there. Run with --help "
            "for what there is.\n");
  EXPECT_EQ(
      complaint({"--json", "--config", "f", "jobs", "list"}),
      ErrorJson("INVALID_ARGUMENT", "there is no subcommand \"jobs\" there"));
  EXPECT_EQ(complaint({"job"}),
            "cardferry: A subcommand is required. Run with --help for what "
            "there is.\n");
  EXPECT_THAT(complaint({"job", "show", "--nonsense", "1"}),
              Not(HasSubstr("no subcommand")));
}

TEST_F(RunTest, HelpHasExamplesAndTheExitCodes) {
  EXPECT_EQ(Run({"--help"}), kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr("Examples:"), HasSubstr("Exit codes:"),
                           HasSubstr("CARDFERRY_CONFIG")));
}

TEST_F(RunTest, EverySubcommandsHelpHasAnExampleOfItself) {
  const std::map<std::string, std::vector<std::string>> groups = {
      {"app", {"add", "list", "show"}},
      {"job", {"add", "list", "show", "watch", "cancel", "plan"}},
      {"card", {"list", "show", "content", "resume"}},
      {"agent", {"list", "show", "add", "revoke"}},
      {"reader", {"list"}},
      {"profile", {"list", "show"}},
      {"manifest", {"check"}},
  };
  for (const auto& [group, subcommands] : groups) {
    for (const std::string& subcommand : subcommands) {
      EXPECT_EQ(Run({group, subcommand, "--help"}), kOk);
      EXPECT_THAT(out(),
                  AllOf(HasSubstr("Example"),
                        HasSubstr("  cardferry " + group + " " + subcommand)))
          << group << " " << subcommand;
    }
  }
  for (const std::string& command : {"events", "explain"}) {
    EXPECT_EQ(Run({command, "--help"}), kOk);
    EXPECT_THAT(out(), HasSubstr("  cardferry " + command + " "));
  }
}

TEST_F(RunTest, SpeaksJsonToPrograms) {
  fake_.applications = {Brokerage()};
  fake_.jobs = {DoneJob()};
  fake_.cards = {Card()};
  fake_.agents.resize(1);
  fake_.profiles = {Demo()};
  const std::vector<std::vector<std::string>> questions = {
      {"app", "list"},
      {"app", "show", "brokerage"},
      {"job", "list"},
      {"job", "show", "12"},
      {"job", "watch", "12"},
      {"card", "list"},
      {"card", "content"},
      {"card", "show"},
      {"card", "resume", "issuer/0001020304"},
      {"job", "cancel", "12"},
      {"agent", "list"},
      {"agent", "show", ""},
      {"agent", "add", "kiosk-7"},
      {"agent", "revoke", "kiosk-7"},
      {"reader", "list"},
      {"profile", "list"},
      {"profile", "show", "demo"},
      {"events"},
      {"explain", "6A80"},
      {"job", "add", "--app", "a", "--agent", "b"}};
  for (std::vector<std::string> arguments : questions) {
    arguments.push_back("--json");
    EXPECT_EQ(Run(arguments), kOk) << ::testing::PrintToString(arguments);
    EXPECT_TRUE(nlohmann::json::accept(out()))
        << ::testing::PrintToString(arguments) << out();
  }
  fake_.status = grpc::Status(grpc::StatusCode::NOT_FOUND, "no");
  EXPECT_EQ(Run({"--json", "job", "show", "1"}), kRefused);
  EXPECT_EQ(err(),
            "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"cannot show the "
            "job: no\"}}\n");
}

}  // namespace
}  // namespace cardferry::cli
