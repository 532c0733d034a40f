#include "cli/render/testing/samples.h"
#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class JobCommandsTest : public RunFixture {};

TEST_F(JobCommandsTest, AsksForTheJobsThatPassTheFilter) {
  EXPECT_EQ(
      Run({"job", "list", "--state", "done,cancelled", "--agent", "kiosk-8",
           "--app", "brokerage", "--card", "issuer/0001020304"}),
      kOk);
  EXPECT_EQ(fake_.asked_jobs.ShortDebugString(),
            "states: JOB_STATE_DONE states: JOB_STATE_CANCELLED "
            "application: \"brokerage\" agent: \"kiosk-8\" "
            "card_id: \"issuer/0001020304\"");
  EXPECT_EQ(Run({"job", "list"}), kOk);
  EXPECT_EQ(fake_.asked_jobs.ShortDebugString(), "");
  EXPECT_EQ(Run({"job", "list", "--state", "over"}), kUsage);
}

TEST_F(JobCommandsTest, CancelsAJob) {
  EXPECT_EQ(Run({"job", "cancel", "12"}), kOk);
  EXPECT_EQ(fake_.cancelled, "12");
  EXPECT_THAT(out(), HasSubstr("state        cancelled\n"));
  fake_.status =
      grpc::Status(grpc::StatusCode::FAILED_PRECONDITION, "it has begun");
  EXPECT_EQ(Run({"job", "cancel", "12"}), kRefused);
  EXPECT_EQ(err(), "cardferry: cannot cancel the job: it has begun\n");
}

TEST_F(JobCommandsTest, PreparesAJob) {
  EXPECT_EQ(Run({"job", "prepare", "12", "--offline", "--agent", "kiosk-1",
                 "--hours", "2", "--attempts", "5"}),
            kOk);
  EXPECT_EQ(fake_.prepared.id(), "12");
  EXPECT_EQ(fake_.prepared.agent(), "kiosk-1");
  EXPECT_EQ(fake_.prepared.valid_seconds(), 7200u);
  EXPECT_EQ(fake_.prepared.attempts(), 5u);
  EXPECT_THAT(out(), HasSubstr("state        prepared\n"));
  EXPECT_EQ(Run({"job", "prepare", "12", "--agent", "kiosk-1"}), kUsage);
  EXPECT_EQ(Run({"job", "prepare", "12", "--offline"}), kUsage);
  EXPECT_EQ(Run({"job", "prepare", "12", "--offline", "--agent", "kiosk-1",
                 "--attempts", "9"}),
            kUsage);
}

TEST_F(JobCommandsTest, ShowsAndListsJobs) {
  fake_.jobs = {DoneJob()};
  EXPECT_EQ(Run({"job", "show", "12"}), kOk);
  EXPECT_THAT(out(), StartsWith("job          12\n"));
  EXPECT_EQ(Run({"job", "list"}), kOk);
  EXPECT_THAT(out(), StartsWith("JOB"));
}

}  // namespace
}  // namespace cardferry::cli
