#include "agent/guarded_card.h"

#include <string>
#include <vector>

#include "agent/testing/fake_card.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

using absl::StatusCode;
using card::RunEnd;

// Long enough for a call that is not held up, on a busy machine too.
constexpr absl::Duration kSoon = absl::Milliseconds(500);
constexpr absl::Duration kNever = absl::InfiniteDuration();

card::Script Commands(std::initializer_list<uint8_t> instructions) {
  card::Script script;
  for (const uint8_t ins : instructions) {
    script.push_back({*card::CommandApdu::Create({0x80, ins, 0, 0}, {}),
                      {card::StatusWordPattern()},
                      card::AnyData(),
                      card::OnMismatch::kStop,
                      "step"});
  }
  return script;
}

void Ignore(size_t, const card::ResponseApdu&) {}

TEST(GuardedCardTest, RunsAScriptAndCountsWhatItCost) {
  FakeCard fake;
  GuardedCard card(fake.slot(), kNever);
  ASSERT_OK(card.Connect());
  std::vector<size_t> told;
  const CardRun run =
      card.Run(Commands({1, 2}),
               [&told](size_t index, const card::ResponseApdu& answer) {
                 EXPECT_EQ(answer.sw, card::kSuccess);
                 told.push_back(index);
               });
  EXPECT_EQ(run.transcript.end, RunEnd::kDone);
  EXPECT_EQ(run.transcript.answers.size(), 2u);
  EXPECT_OK(run.trouble);
  EXPECT_EQ(run.exchanges, 2u);
  EXPECT_EQ(run.bytes, 2u * 6u);
  EXPECT_EQ(told, (std::vector<size_t>{0, 1}));
}

TEST(GuardedCardTest, WithoutAConnectionNothingIsStarted) {
  FakeCard fake;
  GuardedCard card(fake.slot(), kNever);
  EXPECT_EQ(card.Run(Commands({1}), Ignore).transcript.end,
            RunEnd::kNotStarted);
  fake.TakeAway();
  EXPECT_THAT(card.Connect(), StatusIs(StatusCode::kUnavailable, "no card"));
  EXPECT_FALSE(card.connected());
  EXPECT_FALSE(card.IsStuck());
}

TEST(GuardedCardTest, ALongCommandIsNotSentWhereItCannotBeCarried) {
  FakeCard fake;
  fake.RefuseExtendedLength();
  GuardedCard card(fake.slot(), kNever);
  ASSERT_OK(card.Connect());
  card::Script script = Commands({1, 2});
  script[1].command =
      *card::CommandApdu::Create({0x80, 2, 0, 0}, Bytes(256, 0x00));
  const CardRun run = card.Run(script, Ignore);
  EXPECT_EQ(run.transcript.end, RunEnd::kNotStarted);
  EXPECT_THAT(run.trouble, StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_TRUE(fake.sent().empty());
}

TEST(GuardedCardTest, GivesUpASilentCardAndKeepsTheAnswersBefore) {
  FakeCard fake;
  fake.FallSilentAt(3);
  GuardedCard card(fake.slot(), kSoon);
  ASSERT_OK(card.Connect());
  card.ResetAtEnd();
  int told = 0;
  const CardRun run = card.Run(Commands({1, 2, 3, 4}),
                               [&told](size_t, const auto&) { ++told; });
  EXPECT_EQ(run.transcript.end, RunEnd::kUnknown);
  EXPECT_EQ(run.transcript.answers.size(), 2u);
  EXPECT_EQ(run.exchanges, 2u);
  EXPECT_THAT(run.trouble, StatusIs(StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(card.IsStuck());
  EXPECT_FALSE(card.connected());
  fake.Answer();
  fake.AwaitResets(1);
  EXPECT_EQ(told, 2);
  EXPECT_EQ(fake.sent().size(), 3u);
}

TEST(GuardedCardTest, AStuckSlotGetsNoSecondThread) {
  FakeCard fake;
  fake.FallSilentAt(1);
  GuardedCard card(fake.slot(), kSoon);
  ASSERT_OK(card.Connect());
  card.Run(Commands({1}), Ignore);
  EXPECT_THAT(card.Connect(), StatusIs(StatusCode::kDeadlineExceeded));
  EXPECT_EQ(fake.connections(), 1);
  fake.Answer();
  fake.AwaitConnections(0);
  while (card.IsStuck()) std::this_thread::yield();
  EXPECT_OK(card.Connect());
  EXPECT_EQ(card.Run(Commands({1}), Ignore).transcript.end, RunEnd::kDone);
}

TEST(GuardedCardTest, ConnectingIsGivenUpToo) {
  FakeCard fake;
  fake.HoldConnections();
  GuardedCard card(fake.slot(), kSoon);
  EXPECT_THAT(card.Connect(), StatusIs(StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(card.IsStuck());
  fake.Answer();
  while (card.IsStuck()) std::this_thread::yield();
  EXPECT_EQ(fake.connections(), 0);
}

TEST(GuardedCardTest, ASlowCommandHasItsOwnTime) {
  FakeCard fake;
  fake.FallSilentAt(1);
  GuardedCard card(fake.slot(), absl::Nanoseconds(1));
  card::Script script = Commands({1});
  script[0].slow_seconds = 60;
  // Connecting is given no time at all: until it happens to be quick enough.
  while (!card.Connect().ok()) std::this_thread::yield();
  std::thread person([&fake] {
    fake.AwaitBlocked(1);
    fake.Answer();
  });
  EXPECT_EQ(card.Run(script, Ignore).transcript.end, RunEnd::kDone);
  person.join();
}

TEST(GuardedCardTest, CutShortEndsARunWhoseCardIsSilent) {
  FakeCard fake;
  fake.FallSilentAt(2);
  GuardedCard card(fake.slot(), kNever);
  ASSERT_OK(card.Connect());
  std::thread stopper([&] {
    fake.AwaitBlocked(1);
    card.CutShort();
  });
  const CardRun run = card.Run(Commands({1, 2}), Ignore);
  stopper.join();
  EXPECT_EQ(run.transcript.end, RunEnd::kUnknown);
  EXPECT_EQ(run.transcript.answers.size(), 1u);
  EXPECT_THAT(card.Connect(), StatusIs(StatusCode::kDeadlineExceeded));
  fake.Answer();
  fake.AwaitConnections(0);
}

TEST(GuardedCardTest, CutShortBetweenTwoCommandsSendsNoMore) {
  FakeCard fake;
  GuardedCard card(fake.slot(), kNever);
  ASSERT_OK(card.Connect());
  const CardRun run = card.Run(
      Commands({1, 2, 3}), [&card](size_t, const auto&) { card.CutShort(); });
  EXPECT_EQ(run.transcript.end, RunEnd::kUnknown);
  EXPECT_EQ(run.transcript.answers.size(), 1u);
  EXPECT_THAT(run.trouble, StatusIs(StatusCode::kCancelled));
  card.Release();
  EXPECT_EQ(fake.connections(), 0);
  EXPECT_THAT(card.Connect(), StatusIs(StatusCode::kCancelled));
}

TEST(GuardedCardTest, LetsTheCardGoWhenItEnds) {
  FakeCard fake;
  {
    GuardedCard card(fake.slot(), kNever);
    ASSERT_OK(card.Connect());
    EXPECT_EQ(fake.connections(), 1);
  }
  EXPECT_EQ(fake.connections(), 0);
}

}  // namespace
}  // namespace cardferry::agent
