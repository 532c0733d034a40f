#include "agent/card_thread.h"

#include <memory>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"

namespace cardferry::agent {
namespace {

constexpr absl::Duration kSoon = absl::Milliseconds(10);
constexpr absl::Duration kNever = absl::InfiniteDuration();

TEST(CardThreadTest, DoesOneWorkAfterTheOther) {
  CardThread thread(kSoon);
  int done = 0;
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(thread.Do([&done](CallGuard& guard) {
      ASSERT_TRUE(guard.Begin(kNever));
      ++done;
      EXPECT_TRUE(guard.End());
    }));
  }
  EXPECT_EQ(done, 3);
}

TEST(CardThreadTest, GivesUpACallThatTakesTooLongAndTellsItSo) {
  const auto answer = std::make_shared<absl::Notification>();
  const auto told = std::make_shared<absl::Notification>();
  CardThread thread(kSoon);
  EXPECT_FALSE(thread.Do([answer, told](CallGuard& guard) {
    ASSERT_TRUE(guard.Begin(kSoon));
    answer->WaitForNotification();
    EXPECT_FALSE(guard.End());
    EXPECT_FALSE(guard.Begin(kSoon));
    told->Notify();
  }));
  EXPECT_FALSE(thread.ended());
  EXPECT_FALSE(thread.Do([](CallGuard&) { FAIL(); }));
  answer->Notify();
  told->WaitForNotification();
  while (!thread.ended()) std::this_thread::yield();
}

TEST(CardThreadTest, WhatIsNoCallIsNeverGivenUp) {
  absl::Notification go_on;
  CardThread thread(absl::Nanoseconds(1));
  std::thread other([&go_on] { go_on.Notify(); });
  EXPECT_TRUE(thread.Do([&go_on](CallGuard& guard) {
    ASSERT_TRUE(guard.Begin(kNever));
    EXPECT_TRUE(guard.End());
    go_on.WaitForNotification();
  }));
  other.join();
}

TEST(CardThreadTest, CutShortGivesUpTheCallAndBeginsNoOther) {
  const auto answer = std::make_shared<absl::Notification>();
  const auto begun = std::make_shared<absl::Notification>();
  CardThread thread(absl::Seconds(1));
  std::thread other([&thread, begun] {
    begun->WaitForNotification();
    thread.CutShort();
  });
  EXPECT_FALSE(thread.Do([answer, begun](CallGuard& guard) {
    ASSERT_TRUE(guard.Begin(kNever));
    begun->Notify();
    answer->WaitForNotification();
  }));
  other.join();
  answer->Notify();
}

TEST(CardThreadTest, AfterCutShortOnlyClosingCallsAreMade) {
  CardThread thread(kSoon);
  thread.CutShort();
  EXPECT_TRUE(thread.Do([](CallGuard& guard) {
    EXPECT_FALSE(guard.Begin(kNever));
    EXPECT_TRUE(guard.BeginClosing(kNever));
    EXPECT_TRUE(guard.End());
  }));
}

TEST(CardThreadTest, AClosingCallIsGivenUpLikeAnyOther) {
  const auto answer = std::make_shared<absl::Notification>();
  CardThread thread(kSoon);
  EXPECT_FALSE(thread.Do([answer](CallGuard& guard) {
    ASSERT_TRUE(guard.BeginClosing(kSoon));
    answer->WaitForNotification();
  }));
  answer->Notify();
}

}  // namespace
}  // namespace cardferry::agent
