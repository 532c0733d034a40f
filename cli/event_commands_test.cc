#include "cli/render/testing/samples.h"
#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class EventCommandsTest : public RunFixture {};

TEST_F(EventCommandsTest, ListsTheEventsOfAJob) {
  EXPECT_EQ(Run({"events", "--job", "12", "--after", "7"}), kOk);
  EXPECT_EQ(out(), "No events.\n");
  EXPECT_EQ(fake_.asked_events.job_id(), "12");
  EXPECT_EQ(fake_.asked_events.after_id(), 7);
  fake_.events.resize(1);
  EXPECT_EQ(Run({"events"}), kOk);
  EXPECT_THAT(out(), StartsWith("ID"));
  EXPECT_EQ(fake_.asked_events.job_id(), "");
}

TEST_F(EventCommandsTest, FollowsEventsOneALineUntilCtrlC) {
  fake_.events = {
      Sample<orchestrator::v1::Event>("id: 8 kind: 'job.added' job_id: '12'"),
      Sample<orchestrator::v1::Event>("id: 9 kind: 'job.done'")};
  fake_.hang = [this] { stop_(); };
  EXPECT_EQ(Run({"events", "--follow", "--job", "12", "--after", "7"}),
            kStopped);
  EXPECT_EQ(out(), "8  -  job.added  job 12\n9  -  job.done\n");
  EXPECT_EQ(err(), "");
  EXPECT_EQ(fake_.asked_events.job_id(), "12");
  EXPECT_EQ(fake_.asked_events.after_id(), 7);
}

TEST_F(EventCommandsTest, SaysWhenFollowingBreaks) {
  fake_.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "it stops");
  EXPECT_EQ(Run({"events", "--follow"}), kUnreachable);
  EXPECT_THAT(err(), HasSubstr("it stops"));
}

}  // namespace
}  // namespace cardferry::cli
