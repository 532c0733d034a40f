#include "cli/job_watcher.h"

#include <algorithm>

#include "cli/render/testing/samples.h"
#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class JobWatcherTest : public RunFixture {};

TEST_F(JobWatcherTest, WatchesAJobLineByLine) {
  orchestrator::v1::Job waiting = RunningJob();
  waiting.set_state(orchestrator::v1::JOB_STATE_WAITING);
  waiting.set_message("Waits for a card.");
  fake_.jobs = {waiting, waiting, RunningJob(), DoneJob()};
  EXPECT_EQ(Run({"job", "watch", "12"}), kOk);
  EXPECT_THAT(out(), StartsWith("job 12 waiting: Waits for a card.\n"
                                "job 12 running 6/12 LOAD 4 of 9\n"
                                "job          12\n"
                                "action       load\n"
                                "application  brokerage\n"));
}

TEST_F(JobWatcherTest, DrawsABarOnATerminalAndTakesItAway) {
  columns_ = 40;
  fake_.jobs = {RunningJob(), DoneJob()};
  EXPECT_EQ(Run({"job", "watch", "12"}), kOk);
  EXPECT_THAT(out(), StartsWith("\r\x1b[K[##########----------]   6/12  LOAD "
                                "4 o\r\x1b[Kjob          12\n"));
}

TEST_F(JobWatcherTest, AFailedJobIsAFailedCommand) {
  orchestrator::v1::Job failed = DoneJob();
  failed.set_state(orchestrator::v1::JOB_STATE_FAILED);
  fake_.jobs = {failed};
  EXPECT_EQ(Run({"job", "watch", "12"}), kRefused);
  EXPECT_EQ(Run({"job", "add", "--app", "a", "--agent", "b", "--watch"}),
            kRefused);
}

TEST_F(JobWatcherTest, ACancelledJobIsAFailedCommand) {
  orchestrator::v1::Job cancelled = DoneJob();
  cancelled.set_state(orchestrator::v1::JOB_STATE_CANCELLED);
  fake_.jobs = {cancelled};
  EXPECT_EQ(Run({"job", "watch", "12"}), kRefused);
  EXPECT_THAT(out(), HasSubstr("state        cancelled\n"));
}

TEST_F(JobWatcherTest, WaitsForTheEndAndShowsNothingBefore) {
  fake_.jobs = {RunningJob(), DoneJob()};
  EXPECT_EQ(Run({"job", "add", "--app", "a", "--agent", "b", "--wait"}), kOk);
  EXPECT_THAT(out(), StartsWith("job          12\n"));
  EXPECT_EQ(
      Run({"job", "add", "--app", "a", "--agent", "b", "--wait", "--json"}),
      kOk);
  EXPECT_THAT(out(), StartsWith("{\"id\":\"12\",\"action\":\"load\","));
  EXPECT_EQ(err(), "");
  const std::string shown = out();
  EXPECT_EQ(std::count(shown.begin(), shown.end(), '\n'), 1);
}

TEST_F(JobWatcherTest, CtrlCEndsTheWatchingAndSaysThatTheJobGoesOn) {
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

TEST_F(JobWatcherTest, ALostConnectionDoesNotEndTheJob) {
  fake_.jobs = {RunningJob()};
  fake_.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "it stops");
  EXPECT_EQ(Run({"job", "watch", "12"}), kUnreachable);
  EXPECT_THAT(err(), HasSubstr("job 12 goes on"));
}

}  // namespace
}  // namespace cardferry::cli
