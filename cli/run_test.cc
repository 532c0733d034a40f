#include "cli/run.h"

#include <fstream>
#include <sstream>

#include "cli/job_watcher.h"
#include "cli/render/testing/samples.h"
#include "cli/testing/fake_orchestrator.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class RunTest : public ::testing::Test {
 protected:
  int Run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    const std::vector<std::string> settings = {
        "--orchestrator", "o:1", "--certificate", "c",
        "--private_key",  "k",   "--ca",          "a"};
    arguments.insert(arguments.end(), settings.begin(), settings.end());
    return RunBare(arguments);
  }
  int RunBare(const std::vector<std::string>& arguments) {
    World world{
        in_,
        out_,
        err_,
        [](const char*) { return std::string(); },
        [this](const Settings&) {
          return absl::StatusOr<std::unique_ptr<OperatorClient>>(
              fake_.Client());
        },
        columns_,
        [this](std::function<void()> stop) { stop_ = std::move(stop); }};
    return RunCardferry(arguments, std::move(world));
  }
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

  static std::string WriteFile(const std::string& name,
                               const std::string& text) {
    const std::string path = ::testing::TempDir() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  FakeOrchestrator fake_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  int columns_ = 0;
  std::function<void()> stop_;
};

TEST_F(RunTest, AddsAnApplication) {
  fake_.applications = {Brokerage()};
  const std::string file = WriteFile("brokerage.cap", "CAP");
  EXPECT_EQ(Run({"app", "add", file, "--name", "brokerage"}), kOk);
  EXPECT_EQ(fake_.uploaded_name, "brokerage");
  EXPECT_EQ(fake_.uploaded_file, "CAP");
  EXPECT_THAT(out(), StartsWith("application  brokerage\n"));
}

TEST_F(RunTest, SaysWhichFileCannotBeRead) {
  EXPECT_EQ(Run({"app", "add", "/nothing.cap", "--name", "x"}), kUsage);
  EXPECT_THAT(err(),
              AllOf(StartsWith("cardferry: cannot add the application: "),
                    HasSubstr("/nothing.cap")));
}

TEST_F(RunTest, ListsAndShowsApplications) {
  fake_.applications = {Brokerage()};
  EXPECT_EQ(Run({"app", "list"}), kOk);
  EXPECT_THAT(out(), StartsWith("APPLICATION"));
  EXPECT_EQ(Run({"app", "show", "brokerage"}), kOk);
  EXPECT_THAT(out(), StartsWith("application  brokerage\n"));
  EXPECT_EQ(Run({"app", "show", "nothing"}), kRefused);
  EXPECT_EQ(err(),
            "cardferry: cannot show the application: there is no application "
            "\"nothing\"\n"
            "See what there is: cardferry app list, agent list, card list, job "
            "list.\n");
}

TEST_F(RunTest, AddsAJobForAReader) {
  EXPECT_EQ(Run({"job", "add", "--app", "brokerage", "--agent", "kiosk-7",
                 "--reader", "Reader 0", "--param-hex", "3100ff"}),
            kOk);
  EXPECT_EQ(out(), "Job 12 added. Watch it: cardferry job watch 12\n");
  EXPECT_EQ(fake_.added.application(), "brokerage");
  EXPECT_EQ(fake_.added.agent(), "kiosk-7");
  EXPECT_EQ(fake_.added.reader(), "Reader 0");
  EXPECT_EQ(fake_.added.install_parameters(), std::string("1\0\xFF", 3));
}

TEST_F(RunTest, TakesSecretParametersFromAFileOrStandardInput) {
  in_.str("4711-0815");
  EXPECT_EQ(Run({"job", "add", "--app", "a", "--card", "issuer/A",
                 "--param-file", "-"}),
            kOk);
  EXPECT_EQ(fake_.added.install_parameters(), "4711-0815");
  EXPECT_EQ(fake_.added.card_id(), "issuer/A");
  EXPECT_EQ(Run({"job", "add", "--app", "a", "--card", "c", "--param-file",
                 WriteFile("account", "0815\n")}),
            kOk);
  EXPECT_EQ(fake_.added.install_parameters(), "0815\n");
  EXPECT_EQ(
      Run({"job", "add", "--app", "a", "--card", "c", "--param-text", "text"}),
      kOk);
  EXPECT_EQ(fake_.added.install_parameters(), "text");
}

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
      {"app", "add", "x"},
      {"events", "--after", "x"},
  };
  for (const std::vector<std::string>& arguments : wrong) {
    EXPECT_EQ(Run(arguments), kUsage) << ::testing::PrintToString(arguments);
    EXPECT_NE(err(), "") << ::testing::PrintToString(arguments);
    EXPECT_EQ(out(), "") << ::testing::PrintToString(arguments);
  }
  EXPECT_EQ(fake_.added.application(), "");
}

TEST_F(RunTest, WarnsThatTextOnTheCommandLineIsVisible) {
  EXPECT_EQ(Run({"job", "add", "--help"}), kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr("--param-text"), HasSubstr("`ps`")));
}

TEST_F(RunTest, HelpHasExamplesAndTheExitCodes) {
  EXPECT_EQ(Run({"--help"}), kOk);
  EXPECT_THAT(out(), AllOf(HasSubstr("Examples:"), HasSubstr("Exit codes:"),
                           HasSubstr("CARDFERRY_CONFIG")));
}

TEST_F(RunTest, ShowsAndListsJobs) {
  fake_.jobs = {DoneJob()};
  EXPECT_EQ(Run({"job", "show", "12"}), kOk);
  EXPECT_THAT(out(), StartsWith("job          12\n"));
  EXPECT_EQ(Run({"job", "list"}), kOk);
  EXPECT_THAT(out(), StartsWith("JOB"));
}

TEST_F(RunTest, WatchesAJobLineByLine) {
  orchestrator::v1::Job waiting = RunningJob();
  waiting.set_state(orchestrator::v1::JOB_STATE_WAITING);
  waiting.set_message("Waits for a card.");
  fake_.jobs = {waiting, waiting, RunningJob(), DoneJob()};
  EXPECT_EQ(Run({"job", "watch", "12"}), kOk);
  EXPECT_THAT(out(), StartsWith("job 12 waiting: Waits for a card.\n"
                                "job 12 running 6/12 LOAD 4 of 9\n"
                                "job          12\n"
                                "application  brokerage\n"));
}

TEST_F(RunTest, DrawsABarOnATerminalAndTakesItAway) {
  columns_ = 40;
  fake_.jobs = {RunningJob(), DoneJob()};
  EXPECT_EQ(Run({"job", "watch", "12"}), kOk);
  EXPECT_THAT(out(), StartsWith("\r\x1b[K[##########----------]   6/12  LOAD "
                                "4 o\r\x1b[Kjob          12\n"));
}

TEST_F(RunTest, AFailedJobIsAFailedCommand) {
  orchestrator::v1::Job failed = DoneJob();
  failed.set_state(orchestrator::v1::JOB_STATE_FAILED);
  fake_.jobs = {failed};
  EXPECT_EQ(Run({"job", "watch", "12"}), kRefused);
  EXPECT_EQ(Run({"job", "add", "--app", "a", "--agent", "b", "--watch"}),
            kRefused);
}

TEST_F(RunTest, CtrlCEndsTheWatchingAndSaysThatTheJobGoesOn) {
  columns_ = 80;
  fake_.jobs = {RunningJob()};
  fake_.hang = [this] { stop_(); };
  EXPECT_EQ(Run({"job", "watch", "12"}), kStopped);
  EXPECT_EQ(err(),
            "Stopped watching. Job 12 goes on; watch it again: cardferry job "
            "watch 12\n");
  EXPECT_THAT(out(), EndsWith("\r\x1b[K"));
  EXPECT_EQ(stop_, nullptr);
}

TEST_F(RunTest, ALostConnectionDoesNotEndTheJob) {
  fake_.jobs = {RunningJob()};
  fake_.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "it stops");
  EXPECT_EQ(Run({"job", "watch", "12"}), kUnreachable);
  EXPECT_THAT(err(), HasSubstr("job 12 goes on"));
}

TEST_F(RunTest, ShowsTheContentOfTheOnlyCard) {
  EXPECT_EQ(Run({"card", "content"}), kRefused);
  EXPECT_THAT(err(), HasSubstr("no card is known yet"));
  fake_.cards = {Card()};
  EXPECT_EQ(Run({"card", "content"}), kOk);
  EXPECT_THAT(out(), StartsWith("Card issuer/0001020304"));
  EXPECT_EQ(Run({"card", "content", "issuer/0001020304"}), kOk);
  EXPECT_EQ(Run({"card", "list"}), kOk);
  EXPECT_THAT(out(), StartsWith("CARD"));
  fake_.cards = {Card(), Card()};
  EXPECT_EQ(Run({"card", "content"}), kRefused);
  EXPECT_THAT(err(), HasSubstr("there are 2 cards: say which"));
}

TEST_F(RunTest, ListsAgentsAndEvents) {
  EXPECT_EQ(Run({"agent", "list"}), kOk);
  EXPECT_EQ(out(), "No agent has connected yet.\n");
  EXPECT_EQ(Run({"events", "--job", "12", "--after", "7"}), kOk);
  EXPECT_EQ(out(), "No events.\n");
  EXPECT_EQ(fake_.asked_events.job_id(), "12");
  EXPECT_EQ(fake_.asked_events.after_id(), 7);
}

TEST_F(RunTest, SpeaksJsonToPrograms) {
  fake_.applications = {Brokerage()};
  fake_.jobs = {DoneJob()};
  fake_.cards = {Card()};
  const std::vector<std::vector<std::string>> questions = {
      {"app", "list"},
      {"app", "show", "brokerage"},
      {"job", "list"},
      {"job", "show", "12"},
      {"job", "watch", "12"},
      {"card", "list"},
      {"card", "content"},
      {"agent", "list"},
      {"events"},
      {"job", "add", "--app", "a", "--agent", "b"}};
  for (std::vector<std::string> arguments : questions) {
    arguments.push_back("--json");
    EXPECT_EQ(Run(arguments), kOk) << ::testing::PrintToString(arguments);
    EXPECT_THAT(out(), AllOf(::testing::AnyOf(StartsWith("{"), StartsWith("[")),
                             EndsWith("\n")))
        << ::testing::PrintToString(arguments);
  }
  fake_.status = grpc::Status(grpc::StatusCode::NOT_FOUND, "no");
  EXPECT_EQ(Run({"--json", "job", "show", "1"}), kRefused);
  EXPECT_EQ(err(),
            "{\"error\":{\"code\":\"NOT_FOUND\",\"message\":\"cannot show the "
            "job: no\"}}\n");
}

TEST_F(RunTest, SaysWhatToDoAboutEachKindOfError) {
  const auto answer = [this](grpc::StatusCode code) {
    fake_.status = grpc::Status(code, "why");
    return Run({"job", "list"});
  };
  EXPECT_EQ(answer(grpc::StatusCode::UNAVAILABLE), kUnreachable);
  EXPECT_THAT(err(), AllOf(HasSubstr("cannot list the jobs: why"),
                           HasSubstr("try again")));
  EXPECT_EQ(answer(grpc::StatusCode::DEADLINE_EXCEEDED), kUnreachable);
  EXPECT_EQ(answer(grpc::StatusCode::PERMISSION_DENIED), kRefused);
  EXPECT_THAT(err(), HasSubstr("use an operator's"));
  EXPECT_EQ(answer(grpc::StatusCode::UNAUTHENTICATED), kRefused);
  EXPECT_THAT(err(), HasSubstr("--certificate"));
  EXPECT_EQ(answer(grpc::StatusCode::INTERNAL), kRefused);
  EXPECT_EQ(err(), "cardferry: cannot list the jobs: why\n");
}

TEST_F(RunTest, SaysWhereTheOrchestratorHasToBeNamed) {
  EXPECT_EQ(RunBare({"job", "list"}), kUsage);
  EXPECT_THAT(err(), HasSubstr("--orchestrator HOST:PORT"));
}

TEST_F(RunTest, NeverShowsTheParametersAgain) {
  in_.str("4711-0815");
  fake_.status = grpc::Status(grpc::StatusCode::NOT_FOUND, "no such agent");
  Run({"job", "add", "--app", "a", "--agent", "b", "--param-file", "-"});
  EXPECT_THAT(out() + err(), Not(HasSubstr("4711")));
}

}  // namespace
}  // namespace cardferry::cli
