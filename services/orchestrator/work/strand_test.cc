#include "services/orchestrator/work/strand.h"

#include <memory>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/orchestrator/work/testing/manual_executor.h"
#include "services/orchestrator/work/thread_pool.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::ElementsAre;

TEST(Strand, RunsItsTasksInOrder) {
  ManualExecutor executor;
  const std::shared_ptr<Strand> strand = Strand::Create(executor, 8);
  std::vector<int> ran;
  for (int i = 1; i <= 3; ++i) strand->Post([&ran, i] { ran.push_back(i); });
  executor.RunAll();
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
}

TEST(Strand, TakesTurnsWithOtherStrands) {
  ManualExecutor executor;
  const std::shared_ptr<Strand> a = Strand::Create(executor, 8);
  const std::shared_ptr<Strand> b = Strand::Create(executor, 8);
  std::vector<int> ran;
  a->Post([&] { ran.push_back(1); });
  a->Post([&] { ran.push_back(2); });
  b->Post([&] { ran.push_back(3); });
  executor.RunAll();
  EXPECT_THAT(ran, ElementsAre(1, 3, 2));
}

TEST(Strand, DropsWhatGoesBeyondItsLimitButNotWhatMustRun) {
  ManualExecutor executor;
  const std::shared_ptr<Strand> strand = Strand::Create(executor, 1);
  int ran = 0;
  EXPECT_TRUE(strand->Post([&] { ++ran; }));
  EXPECT_FALSE(strand->Post([&] { ++ran; }));
  strand->PostAlways([&] { ran += 10; });
  executor.RunAll();
  EXPECT_EQ(ran, 11);
}

TEST(Strand, ForgetsItsTimersWhenItIsGone) {
  ManualExecutor executor;
  std::shared_ptr<Strand> strand = Strand::Create(executor, 1);
  int ran = 0;
  strand->PostAfter(absl::Seconds(1), [&] { ++ran; });
  executor.Advance(absl::Seconds(1));
  EXPECT_EQ(ran, 1);
  strand->PostAfter(absl::Seconds(1), [&] { ++ran; });
  strand.reset();
  executor.Advance(absl::Seconds(1));
  EXPECT_EQ(ran, 1);
}

TEST(Strand, NeverRunsTwoTasksAtOnceOnAPoolOfThreads) {
  ThreadPool pool(4);
  const std::shared_ptr<Strand> strand = Strand::Create(pool, 1000);
  int counted = 0;  // unguarded on purpose: the strand is the guard
  for (int i = 0; i < 500; ++i) strand->Post([&counted] { ++counted; });
  pool.Stop();
  EXPECT_EQ(counted, 500);
}

TEST(ThreadPool, RunsTimersInTheOrderInWhichTheyAreDue) {
  ThreadPool pool(1);
  std::vector<int> ran;
  absl::Notification done;
  pool.PostAfter(absl::Milliseconds(2), [&] {
    ran.push_back(2);
    done.Notify();
  });
  pool.PostAfter(absl::ZeroDuration(), [&] { ran.push_back(1); });
  done.WaitForNotification();
  pool.Stop();
  EXPECT_THAT(ran, ElementsAre(1, 2));
}

TEST(ThreadPool, StopRunsWhatRunningTasksPostAndDropsTimers) {
  ThreadPool pool(2);
  bool followed = false;
  bool timer_ran = false;
  pool.PostAfter(absl::Hours(1), [&] { timer_ran = true; });
  pool.Post([&] { pool.Post([&] { followed = true; }); });
  pool.Stop();
  EXPECT_TRUE(followed);
  EXPECT_FALSE(timer_ran);
  pool.Post([] { FAIL() << "ran after Stop"; });
  pool.Stop();
}

}  // namespace
}  // namespace cardferry::orchestrator
