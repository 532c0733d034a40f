#include "services/orchestrator/operators/job_watch.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/fake_clock.h"
#include "services/orchestrator/job_data/testing/test_box.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/testing/database_fixture.h"
#include "services/orchestrator/sequencing/testing/fake_sequencer.h"
#include "services/orchestrator/work/testing/manual_executor.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::SizeIs;

class JobWatchTest : public ::testing::Test {
 protected:
  JobWatchTest() {
    db_.AddBrokerage();
    EXPECT_OK(db_.Do([](store::Transaction& tx) {
      return JobRepository(tx).Add(DatabaseFixture::BrokerageJob({"a", "", ""}),
                                   At());
    }));
    EXPECT_OK(db_.database().Execute("UPDATE jobs SET state = 3"));
  }
  void Watch(const std::string& id) {
    watch_ = JobWatch::Create(
        id, desk_, board_, executor_,
        [this](absl::StatusOr<Job> job) { seen_.push_back(std::move(job)); });
  }
  void Ready() {
    watch_->Ready();
    executor_.RunAll();
  }
  void Progress(uint32_t done) {
    board_.ShowProgress("1", done, "");
    executor_.RunAll();
  }

  DatabaseFixture db_;
  FakeSequencer sequencer_;
  JobBoard board_;
  FakeClock clock_;
  ManualExecutor executor_;
  OperatorDesk desk_{
      {db_.database(), sequencer_, board_, clock_, TestBox(),
       [](const JobTarget&) {},
       [] { return std::map<std::string, std::vector<Reader>>(); },
       [](const std::string&) {}}};
  std::shared_ptr<JobWatch> watch_;
  std::vector<absl::StatusOr<Job>> seen_;
};

TEST_F(JobWatchTest, ShowsTheJobAtOnceAndThenWhenItChanges) {
  Watch("1");
  EXPECT_THAT(seen_, SizeIs(0));
  Ready();
  ASSERT_THAT(seen_, SizeIs(1));
  Ready();
  EXPECT_THAT(seen_, SizeIs(1));
  Progress(2);
  ASSERT_THAT(seen_, SizeIs(2));
  EXPECT_EQ(seen_[1]->commands_done, 2u);
}

TEST_F(JobWatchTest, ManyChangesAreOneForASlowOnlooker) {
  Watch("1");
  Ready();
  for (uint32_t done = 1; done <= 100; ++done) Progress(done);
  EXPECT_THAT(seen_, SizeIs(1));
  Ready();
  ASSERT_THAT(seen_, SizeIs(2));
  EXPECT_EQ(seen_[1]->commands_done, 100u);
  Ready();
  EXPECT_THAT(seen_, SizeIs(2));
}

TEST_F(JobWatchTest, AChangeBeforeTheFirstLookIsSeen) {
  Watch("1");
  Progress(7);
  Ready();
  ASSERT_THAT(seen_, SizeIs(1));
  EXPECT_EQ(seen_[0]->commands_done, 7u);
}

TEST_F(JobWatchTest, SaysThatThereIsNoSuchJob) {
  Watch("2");
  Ready();
  ASSERT_THAT(seen_, SizeIs(1));
  EXPECT_THAT(seen_[0], StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(JobWatchTest, ShowsNothingOnceStopped) {
  Watch("1");
  watch_->Ready();
  watch_->Stop();
  executor_.RunAll();
  Ready();
  Progress(2);
  EXPECT_THAT(seen_, SizeIs(0));
}

TEST_F(JobWatchTest, IsForgottenWhenNobodyHoldsIt) {
  Watch("1");
  Ready();
  watch_.reset();
  Progress(2);
  EXPECT_THAT(seen_, SizeIs(1));
}

}  // namespace
}  // namespace cardferry::orchestrator
