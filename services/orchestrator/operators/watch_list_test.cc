#include "services/orchestrator/operators/watch_list.h"

#include "gtest/gtest.h"
#include "services/orchestrator/testing/whole_fixture.h"

namespace cardferry::orchestrator {
namespace {

class WatchListTest : public WholeFixture {
 protected:
  WatchListTest() {
    AddBrokerage();
    EXPECT_TRUE(
        db_.database()
            .Execute("INSERT INTO agents VALUES ('kiosk-7', 0, 0, NULL)")
            .ok());
    job_ = AddJobFor("kiosk-7", "").id();
  }
  std::unique_ptr<grpc::ClientReader<v1::Job>> Watch(
      grpc::ClientContext& context) {
    v1::WatchJobRequest request;
    request.set_id(job_);
    return operators_->WatchJob(&context, request);
  }

  std::string job_;
};

TEST_F(WatchListTest, AJobThatIsOverIsShownOnce) {
  ASSERT_TRUE(db_.database().Execute("UPDATE jobs SET state = 5").ok());
  grpc::Status status;
  const std::vector<v1::Job> seen = WatchToTheEnd(job_, status);
  EXPECT_TRUE(status.ok());
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].state(), v1::JOB_STATE_FAILED);
}

TEST_F(WatchListTest, OnlookersComeAndGo) {
  grpc::ClientContext staying;
  const auto stays = Watch(staying);
  v1::Job job;
  ASSERT_TRUE(stays->Read(&job));
  for (int i = 0; i < 20; ++i) {
    grpc::ClientContext leaving;
    const auto leaves = Watch(leaving);
    ASSERT_TRUE(leaves->Read(&job));
    leaving.TryCancel();
    EXPECT_EQ(leaves->Finish().error_code(), grpc::StatusCode::CANCELLED);
  }
  whole_->Drain();
  EXPECT_FALSE(stays->Read(&job));
  EXPECT_EQ(stays->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(WatchListTest, NobodyWatchesAServiceThatStops) {
  whole_->Drain();
  grpc::Status status;
  WatchToTheEnd(job_, status);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace cardferry::orchestrator
