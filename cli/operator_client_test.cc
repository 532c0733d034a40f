#include "cli/operator_client.h"

#include <thread>

#include "absl/synchronization/notification.h"
#include "cli/testing/fake_orchestrator.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cli {
namespace {

using absl::StatusCode;
using ::testing::SizeIs;

class OperatorClientTest : public ::testing::Test {
 protected:
  FakeOrchestrator fake_;
  std::unique_ptr<OperatorClient> client_ = fake_.Client();
};

TEST_F(OperatorClientTest, UploadsAFileInChunks) {
  const std::string file(600 << 10, 'x');
  fake_.applications.resize(1);
  ASSERT_OK(client_->AddApplication("brokerage", file));
  EXPECT_EQ(fake_.uploaded_name, "brokerage");
  EXPECT_EQ(fake_.uploaded_file, file);
}

TEST_F(OperatorClientTest, GivesErrorsAsTheyAre) {
  fake_.status = grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "bad file");
  const auto refused = StatusIs(StatusCode::kInvalidArgument, "bad file");
  EXPECT_THAT(client_->AddApplication("a", "x"), refused);
  EXPECT_THAT(client_->ListApplications(), refused);
  EXPECT_THAT(client_->AddJob({}), refused);
  EXPECT_THAT(client_->GetJob("1"), refused);
  EXPECT_THAT(client_->ListJobs({}), refused);
  EXPECT_THAT(client_->CancelJob("1"), refused);
  EXPECT_THAT(client_->AddAgent("1"), refused);
  EXPECT_THAT(client_->RevokeAgent("1"), refused);
  EXPECT_THAT(client_->ListProfiles(), refused);
  EXPECT_THAT(client_->WatchEvents("", 0, [](const auto&) {}), refused);
  EXPECT_THAT(client_->GetCard("1"), refused);
  EXPECT_THAT(client_->ListCards({}), refused);
  EXPECT_THAT(client_->ListAgents(), refused);
  EXPECT_THAT(client_->ListEvents("", 0), refused);
  EXPECT_THAT(client_->WatchJob("1", [](const auto&) {}), refused);
}

TEST_F(OperatorClientTest, AsksForAllPagesOfAList) {
  fake_.page_size = 2;
  fake_.jobs.resize(5);
  fake_.jobs[4].set_id("the oldest");
  fake_.cards.resize(4);
  orchestrator::v1::ListJobsRequest filter;
  filter.set_agent("kiosk-7");
  ASSERT_OK_AND_ASSIGN(const auto jobs, client_->ListJobs(filter));
  ASSERT_THAT(jobs, SizeIs(5));
  EXPECT_EQ(jobs[4].id(), "the oldest");
  EXPECT_EQ(fake_.asked_jobs.agent(), "kiosk-7") << "for the last page too";
  EXPECT_THAT(client_->ListCards({}), IsOkAndHolds(SizeIs(4)));
}

TEST_F(OperatorClientTest, AsksForTheEventsOfAJob) {
  fake_.events.resize(3);
  EXPECT_THAT(client_->ListEvents("12", 7), IsOkAndHolds(SizeIs(3)));
  EXPECT_EQ(fake_.asked_events.job_id(), "12");
  EXPECT_EQ(fake_.asked_events.after_id(), 7);
}

TEST_F(OperatorClientTest, ShowsEveryStateOfAWatchedJob) {
  fake_.jobs.resize(3);
  int shown = 0;
  EXPECT_OK(client_->WatchJob("1", [&shown](const auto&) { ++shown; }));
  EXPECT_EQ(shown, 3);
}

TEST_F(OperatorClientTest, StopsWatchingWhenToldFromAnotherThread) {
  absl::Notification watching;
  fake_.hang = [&watching] { watching.Notify(); };
  std::thread stopper([&] {
    watching.WaitForNotification();
    client_->StopWatching();
  });
  EXPECT_THAT(client_->WatchJob("1", [](const auto&) {}),
              StatusIs(StatusCode::kCancelled));
  stopper.join();
}

TEST_F(OperatorClientTest, DoesNotBeginWatchingOnceStopped) {
  client_->StopWatching();
  EXPECT_THAT(client_->WatchJob("1", [](const auto&) { FAIL(); }),
              StatusIs(StatusCode::kCancelled));
}

}  // namespace
}  // namespace cardferry::cli
