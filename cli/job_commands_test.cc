#include "cli/render/testing/samples.h"
#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class JobCommandsTest : public RunFixture {};

TEST_F(JobCommandsTest, ListsOnlyTheJobsThatWereAskedFor) {
  orchestrator::v1::Job other = DoneJob();
  other.set_id("13");
  other.set_state(orchestrator::v1::JOB_STATE_CANCELLED);
  other.set_agent("kiosk-8");
  fake_.jobs = {other, DoneJob()};
  const auto ids = [this](std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"job", "list"});
    EXPECT_EQ(Run(flags), kOk);
    return std::to_string(out().find("13   ") != std::string::npos) +
           std::to_string(out().find("12   ") != std::string::npos);
  };
  EXPECT_EQ(ids({}), "11");
  EXPECT_EQ(ids({"--state", "done"}), "01");
  EXPECT_EQ(ids({"--state", "done,cancelled"}), "11");
  EXPECT_EQ(ids({"--agent", "kiosk-8"}), "10");
  EXPECT_EQ(ids({"--app", "brokerage", "--card", "issuer/0001020304", "--state",
                 "done"}),
            "01");
  EXPECT_EQ(ids({"--app", "wallet"}), "00");
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

TEST_F(JobCommandsTest, ShowsAndListsJobs) {
  fake_.jobs = {DoneJob()};
  EXPECT_EQ(Run({"job", "show", "12"}), kOk);
  EXPECT_THAT(out(), StartsWith("job          12\n"));
  EXPECT_EQ(Run({"job", "list"}), kOk);
  EXPECT_THAT(out(), StartsWith("JOB"));
}

}  // namespace
}  // namespace cardferry::cli
