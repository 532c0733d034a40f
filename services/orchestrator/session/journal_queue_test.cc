#include "services/orchestrator/session/journal_queue.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/orchestrator/session/testing/session_fixture.h"
#include "services/orchestrator/work/testing/manual_executor.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class JournalQueueTest : public SessionFixture {
 protected:
  void Add(const std::string& kind) {
    JournalEntry entry;
    entry.kind = kind;
    queue_->Add(entry);
  }

  ManualExecutor executor_;
  std::shared_ptr<JournalQueue> queue_ =
      JournalQueue::Create(context_, executor_);
};

TEST_F(JournalQueueTest, WritesInOrderWhenThereIsTime) {
  Add("a");
  Add("b");
  EXPECT_THAT(Events(), IsEmpty());
  executor_.RunAll();
  Add("c");
  executor_.RunAll();
  EXPECT_THAT(Events(), ElementsAre("a", "b", "c"));
}

TEST_F(JournalQueueTest, CountsWhatIsTooMuch) {
  for (size_t i = 0; i < JournalQueue::kMaxWaiting + 3; ++i) {
    Add(absl::StrCat("e", i));
  }
  executor_.RunAll();
  const std::vector<std::string> events = Events();
  ASSERT_THAT(events, SizeIs(JournalQueue::kMaxWaiting + 1));
  EXPECT_EQ(events[63], "e63");
  EXPECT_EQ(events[64], "events.dropped");
}

TEST_F(JournalQueueTest, WritesOnlySoManyInATimeAndCountsTheRest) {
  for (int i = 0; i < 1000; ++i) {
    Add("flip");
    executor_.RunAll();
  }
  EXPECT_THAT(Events(), SizeIs(JournalQueue::kBurst));
  clock_.Advance(absl::Seconds(2));
  Add("late");
  executor_.RunAll();
  const std::vector<std::string> events = Events();
  ASSERT_THAT(events, SizeIs(JournalQueue::kBurst + 2));
  EXPECT_EQ(events[300], "late");
  EXPECT_EQ(events[301], "events.dropped");
  // To say how many there were costs as much as an event.
  Add("flip");
  executor_.RunAll();
  EXPECT_THAT(Events(), SizeIs(JournalQueue::kBurst + 2));
}

TEST_F(JournalQueueTest, WritesWhatIsLeftWhenItsOwnerIsGone) {
  Add("a");
  queue_.reset();
  executor_.RunAll();
  EXPECT_THAT(Events(), ElementsAre("a"));
}

}  // namespace
}  // namespace cardferry::orchestrator
