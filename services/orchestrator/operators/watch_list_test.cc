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

class EventStreamTest : public WholeFixture {
 protected:
  std::unique_ptr<grpc::ClientReader<v1::Event>> Watch(int64_t after_id) {
    v1::ListEventsRequest request;
    request.set_after_id(after_id);
    auto watch = operators_->WatchEvents(&context_, request);
    watch->WaitForInitialMetadata();
    return watch;
  }

  grpc::ClientContext context_;
};

TEST_F(EventStreamTest, GivesWhatWasAndWhatComes) {
  AddBrokerage();
  const auto watch = Watch(0);
  v1::Event event;
  ASSERT_TRUE(watch->Read(&event));
  EXPECT_EQ(event.kind(), "application.added");
  v1::Application other;
  ASSERT_TRUE(AddApplication("other", {"CAP"}, other).ok());
  ASSERT_TRUE(watch->Read(&event));
  EXPECT_EQ(event.kind(), "application.added");
  EXPECT_EQ(event.id(), 2);
  context_.TryCancel();
  EXPECT_FALSE(watch->Read(&event));
}

TEST_F(EventStreamTest, ThereIsRoomForSoManyAtTheSameTime) {
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::Event>>> watches;
  const auto open = [&] {
    contexts.push_back(std::make_unique<grpc::ClientContext>());
    watches.push_back(operators_->WatchEvents(contexts.back().get(),
                                              v1::ListEventsRequest()));
    watches.back()->WaitForInitialMetadata();
  };
  for (size_t i = 0; i < WatchList::kMaxStreams; ++i) open();
  open();
  v1::Event event;
  EXPECT_FALSE(watches.back()->Read(&event));
  const grpc::Status status = watches.back()->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_message(), "more than 256 watch already; try later");
  watches.pop_back();
  for (const auto& context : contexts) context->TryCancel();
  for (const auto& watch : watches) watch->Finish();
}

TEST_F(EventStreamTest, EndsWhenTheServiceStops) {
  const auto watch = Watch(0);
  whole_->Drain();
  v1::Event event;
  EXPECT_FALSE(watch->Read(&event));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace cardferry::orchestrator
