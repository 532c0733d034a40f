#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

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

}  // namespace
}  // namespace cardferry::cli
