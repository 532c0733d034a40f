#include "services/orchestrator/operators/event_feed.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/operators/event_watch.h"
#include "services/orchestrator/repository/journal_repository.h"
#include "services/orchestrator/repository/testing/database_fixture.h"
#include "services/orchestrator/work/testing/manual_executor.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class EventFeedTest : public ::testing::Test {
 protected:
  // Nothing that waits may hold what is gone.
  ~EventFeedTest() override { executor_.RunAll(); }

  void Happen(int count, const std::string& job = "1") {
    ASSERT_OK(db_.Do([&](store::Transaction& tx) -> absl::Status {
      for (int i = 0; i < count; ++i) {
        JournalEntry entry;
        entry.at = At();
        entry.kind = "e";
        entry.job_id = job;
        RETURN_IF_ERROR(JournalRepository(tx).Add(entry));
      }
      return absl::OkStatus();
    }));
  }
  void Watch(int64_t after_id, const std::string& job = "") {
    watch_ = EventWatch::Create({job, after_id}, db_.database(), executor_,
                                [this](absl::StatusOr<JournalEntry> entry) {
                                  if (!entry.ok()) {
                                    end_ = entry.status();
                                    return;
                                  }
                                  seen_.push_back(entry->id);
                                  if (eager_) watch_->Ready();
                                });
    feed_->Add(watch_);
    watch_->Ready();
    executor_.RunAll();
  }

  DatabaseFixture db_;
  ManualExecutor executor_;
  std::shared_ptr<EventFeed> feed_ =
      EventFeed::Create(db_.database(), executor_);
  std::shared_ptr<EventWatch> watch_;
  bool eager_ = true;  // takes the next one at once
  std::vector<int64_t> seen_;
  absl::Status end_;
};

TEST_F(EventFeedTest, GivesWhatWasThereThenWhatComes) {
  Happen(3);
  Watch(1);
  EXPECT_THAT(seen_, ElementsAre(2, 3));
  Happen(2);
  executor_.RunAll();
  EXPECT_THAT(seen_, ElementsAre(2, 3, 4, 5));
  EXPECT_OK(end_);
}

TEST_F(EventFeedTest, MissesNothingAndGivesNothingTwiceWhileItCatchesUp) {
  Happen(700);  // several pages
  Watch(0);
  eager_ = false;
  EXPECT_THAT(seen_, SizeIs(700));
  EXPECT_EQ(seen_.back(), 700);
  EXPECT_EQ(seen_.front(), 1);
}

TEST_F(EventFeedTest, EventsBetweenTheFirstStepsOfAWatchAreNotLost) {
  Happen(1);
  watch_ = EventWatch::Create({"", 0}, db_.database(), executor_,
                              [this](absl::StatusOr<JournalEntry> entry) {
                                ASSERT_OK(entry);
                                seen_.push_back(entry->id);
                                watch_->Ready();
                              });
  feed_->Add(watch_);
  Happen(1);
  executor_.RunOne();  // the feed has it
  Happen(1);
  watch_->Ready();
  Happen(1);
  executor_.RunOne();
  Happen(1);
  executor_.RunAll();
  EXPECT_THAT(seen_, ElementsAre(1, 2, 3, 4, 5));
}

TEST_F(EventFeedTest, GivesOneJobsEventsOnly) {
  Happen(1, "1");
  Happen(1, "2");
  Watch(0, "2");
  Happen(1, "1");
  Happen(1, "2");
  executor_.RunAll();
  EXPECT_THAT(seen_, ElementsAre(2, 4));
}

TEST_F(EventFeedTest, NeverGivesMoreThanIsAskedFor) {
  eager_ = false;
  Happen(3);
  Watch(0);
  EXPECT_THAT(seen_, ElementsAre(1));
  executor_.RunAll();
  EXPECT_THAT(seen_, ElementsAre(1));
  watch_->Ready();
  executor_.RunAll();
  EXPECT_THAT(seen_, ElementsAre(1, 2));
}

TEST_F(EventFeedTest, CutsOffWhoFallsTooFarBehind) {
  eager_ = false;
  Watch(0);
  Happen(1);
  executor_.RunAll();  // it is delivered, and takes long
  Happen(static_cast<int>(EventWatch::kMaxWaiting));
  executor_.RunAll();
  EXPECT_OK(end_);
  Happen(1);
  executor_.RunAll();
  watch_->Ready();
  executor_.RunAll();
  EXPECT_THAT(end_, StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(seen_, ElementsAre(1));
  Happen(1);
  watch_->Ready();
  executor_.RunAll();
  EXPECT_THAT(seen_, ElementsAre(1));
}

TEST_F(EventFeedTest, GivesNothingAfterTheEnd) {
  Watch(0);
  watch_->Stop();
  Happen(1);
  executor_.RunAll();
  EXPECT_THAT(seen_, IsEmpty());
}

TEST_F(EventFeedTest, ReadsNothingWhileNobodyWatches) {
  Watch(0);
  Happen(1);
  executor_.RunAll();
  watch_.reset();
  Happen(1);
  executor_.RunAll();  // finds that nobody is left
  Happen(1);
  EXPECT_FALSE(executor_.RunOne());
  // Whoever comes then is given all.
  seen_.clear();
  Watch(1);
  Happen(1);
  executor_.RunAll();
  EXPECT_THAT(seen_, ElementsAre(2, 3, 4));
}

}  // namespace
}  // namespace cardferry::orchestrator
