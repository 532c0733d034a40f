#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/orchestrator/session/reader_machine.h"
#include "services/orchestrator/session/testing/machine_words.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::IsEmpty;

// Walks a reader through events.
class Walk {
 public:
  explicit Walk(Phase phase) : state_(In(phase)) {}

  std::string operator()(const ReaderEvent& event) {
    ReaderTransition transition = Step(state_, event);
    state_ = transition.next;
    actions_ = transition.actions;
    return Describe(transition);
  }
  const ReaderState& state() const { return state_; }
  const std::vector<ReaderAction>& actions() const { return actions_; }

 private:
  ReaderState state_;
  std::vector<ReaderAction> actions_;
};

TEST(ReaderMachine, GoesRoundOnce) {
  Walk step(Phase::kIdle);
  EXPECT_EQ(step(Started{false}), "opening open");
  EXPECT_EQ(step(OpeningMade{"o1", true}), "offered");
  EXPECT_EQ(step(CardSeen{true}), "offered");
  EXPECT_EQ(step(Answered{"o1", AnswerCheck::kFresh}), "preparing prepare:o1");
  EXPECT_EQ(step(Packed{"p1", "1", 3}), "running");
  EXPECT_EQ(step(Progressed{"p1", 0, 3, "SELECT"}), "running show:0");
  EXPECT_EQ(step(Progressed{"p1", 3, 3, "STORE"}), "running show:3");
  EXPECT_EQ(step(Reported{"p1", ReportCheck::kAccepted}),
            "concluding conclude:p1");
  EXPECT_EQ(step(Concluded{"p1", "o1", ConcludedKind::kDone, "Done."}),
            "opening ok:o1/p1 open");
}

TEST(ReaderMachine, AServedCardIsLeftAloneUntilItGoesOrAJobComes) {
  Walk step(Phase::kPreparing);
  EXPECT_EQ(step(NotPacked{NotPackedKind::kNothing, ""}),
            "opening ok:o1 open(quiet)");
  EXPECT_EQ(step(OpeningMade{"o2", false}), "offered");
  EXPECT_EQ(step(OpeningDue{"o2"}), "opening open(quiet)");
  EXPECT_EQ(step(OpeningMade{"o3", false}), "offered");
  EXPECT_EQ(step(CardSeen{false}), "offered challenge:o3");
  EXPECT_EQ(step(OpeningDue{"o3"}), "opening open");

  Walk other(Phase::kPreparing);
  other(NotPacked{NotPackedKind::kRefused, ""});
  other(OpeningMade{"o2", false});
  EXPECT_EQ(other(JobArrived{}), "offered challenge:o2");
  EXPECT_EQ(other(ChallengeOffered{}), "offered");
  EXPECT_EQ(other(JobArrived{}), "offered");
}

TEST(ReaderMachine, AJobThatComesMeanwhileIsNotMissed) {
  Walk step(Phase::kPreparing);
  step(JobArrived{});
  EXPECT_EQ(step(NotPacked{NotPackedKind::kNothing, ""}), "opening ok:o1 open");
  step(JobArrived{});
  EXPECT_EQ(step(OpeningMade{"o2", false}), "offered challenge:o2");
}

TEST(ReaderMachine, AnOpeningThatAsksAlreadyIsNotAskedAgain) {
  Walk step(Phase::kOpening);
  step(JobArrived{});
  EXPECT_EQ(step(OpeningMade{"o2", true}), "offered");
  EXPECT_EQ(step(JobArrived{}), "offered");
}

TEST(ReaderMachine, OpeningsOfNoUseEndAfterAFewRounds) {
  Walk step(Phase::kOffered);
  for (int round = 1; round <= kMaxRepeats; ++round) {
    EXPECT_EQ(step(Answered{"o1", AnswerCheck::kExpired}),
              "opening no:o1 open");
    step(OpeningMade{"o1", true});
  }
  EXPECT_EQ(step(Answered{"o1", AnswerCheck::kExpired}),
            "opening refuse:opening.repeated no:o1 open(quiet)");
  step(OpeningMade{"o2", false});
  // Another card begins anew.
  step(CardSeen{false});
  EXPECT_EQ(step(Answered{"o2", AnswerCheck::kExpired}), "opening no:o2 open");
}

TEST(ReaderMachine, TellsPeopleToWaitFirstAndToInsertAgainLast) {
  Walk step(Phase::kPreparing);
  step(NotPacked{NotPackedKind::kAgain, "The opening has expired."});
  EXPECT_EQ(std::get<SendVerdict>(step.actions()[0]).message,
            "The card is read again. Leave it in the reader.");
  for (int round = 1; round <= kMaxRepeats; ++round) {
    step(OpeningMade{"o1", true});
    step(Answered{"o1", AnswerCheck::kFresh});
    step(NotPacked{NotPackedKind::kAgain, "The opening has expired."});
  }
  EXPECT_EQ(std::get<SendVerdict>(step.actions()[1]).message,
            "The opening has expired.");
}

TEST(ReaderMachine, TriesToPrepareAFewTimesThenLetsTheCardGo) {
  Walk step(Phase::kPreparing);
  const NotPacked unavailable{NotPackedKind::kUnavailable, "Later."};
  for (const char* wanted :
       {"preparing retry:200", "preparing retry:400", "preparing retry:800",
        "preparing retry:1600", "preparing retry:3200"}) {
    EXPECT_EQ(step(unavailable), wanted);
    EXPECT_EQ(step(RetryDue{step.state().retry_token}), "preparing prepare:o1");
  }
  EXPECT_EQ(step(unavailable), "idle no:o1 retry:6400");
  EXPECT_EQ(step(RetryDue{step.state().retry_token}), "opening open");
}

TEST(ReaderMachine, TriesToConcludeForAWhileThenFreesTheReader) {
  Walk step(Phase::kConcluding);
  const Concluded later{"p1", "", ConcludedKind::kUnavailable, ""};
  for (int attempt = 1; attempt <= kMaxConcludeAttempts; ++attempt) {
    EXPECT_EQ(step(later),
              absl::StrCat("concluding retry:",
                           absl::ToInt64Milliseconds(Backoff(attempt))));
    EXPECT_EQ(step(RetryDue{step.state().retry_token}),
              "concluding conclude:p1");
  }
  EXPECT_EQ(step(later), "opening lose(unconcluded):p1 no:o1/p1 open(quiet)");
  // What is found out later is said, and changes nothing here.
  step(OpeningMade{"o2", false});
  EXPECT_EQ(step(later), "offered");
  EXPECT_EQ(step(Concluded{"p1", "o1", ConcludedKind::kDone, ""}),
            "offered ok:o1/p1 challenge:o2");
}

TEST(ReaderMachine, AJobThatCameWhileNothingCouldBeConcludedIsNotMissed) {
  Walk step(Phase::kConcluding);
  step(JobArrived{});
  const Concluded later{"p1", "", ConcludedKind::kUnavailable, ""};
  for (int attempt = 1; attempt <= kMaxConcludeAttempts; ++attempt) step(later);
  EXPECT_EQ(step(later), "opening lose(unconcluded):p1 no:o1/p1 open");
}

TEST(ReaderMachine, EveryPhaseThatWaitsHasItsEnd) {
  // Idle: a retry. Opening, preparing: calls with time limits. Offered: the
  // opening's expiry. Running, concluding: below.
  Walk running(Phase::kRunning);
  EXPECT_EQ(running(ReportOverdue{"p1"}),
            "opening lose(overdue):p1 no:o1 open");
  Walk offered(Phase::kOffered);
  EXPECT_EQ(offered(OpeningDue{"o1"}), "opening open");
  Walk idle(Phase::kIdle);
  EXPECT_EQ(idle(RetryDue{7}), "opening open");
}

TEST(ReaderMachine, WaitsLongerAndLongerForOpeningsButNotForEver) {
  EXPECT_EQ(Backoff(1), absl::Milliseconds(200));
  EXPECT_EQ(Backoff(2), absl::Milliseconds(400));
  EXPECT_EQ(Backoff(8), absl::Milliseconds(25600));
  EXPECT_EQ(Backoff(9), absl::Seconds(30));
  EXPECT_EQ(Backoff(1'000'000), absl::Seconds(30));
  Walk step(Phase::kOpening);
  EXPECT_EQ(step(OpeningFailed{}), "idle retry:200");
  step(RetryDue{step.state().retry_token});
  EXPECT_EQ(step(OpeningFailed{}), "idle retry:400");
  step(RetryDue{step.state().retry_token});
  EXPECT_EQ(step(OpeningMade{"o2", false}), "offered");
  step(OpeningDue{"o2"});
  EXPECT_EQ(step(OpeningFailed{}), "idle retry:200");
}

TEST(ReaderMachine, RefusesProgressOutOfRange) {
  const auto refused = [](const Progressed& progress) {
    Walk step(Phase::kRunning);  // 2 of 10
    return step(progress) == "running refuse:progress.out_of_range" &&
           step.state().done == 2;
  };
  EXPECT_TRUE(refused({"p1", 11, 10, ""}));
  EXPECT_TRUE(refused({"p1", 3, 11, ""}));
  EXPECT_TRUE(refused({"p1", 1, 10, ""}));
  EXPECT_TRUE(refused({"p1", 3, 10, std::string(kMaxLabelBytes + 1, 'x')}));
  EXPECT_FALSE(refused({"p1", 2, 10, std::string(kMaxLabelBytes, 'x')}));
}

// The service was started again, or the connection was lost, and the agent runs
// on: it may say so as often as it likes.
TEST(ReaderMachine, ProgressOfAnEarlierConnectionsPacketIsNoLie) {
  Walk step(Phase::kOffered);
  for (uint32_t i = 0; i < 2 * kMaxRefusals; ++i) {
    EXPECT_EQ(step(Progressed{"p0", i, 134, "LOAD"}), "offered");
  }
  EXPECT_EQ(step.state().refusals, 0);
  EXPECT_EQ(step(Reported{"p0", ReportCheck::kAccepted}),
            "offered conclude:p0");
}

TEST(ReaderMachine, ClosesTheStreamOfAnAgentThatGoesOnLying) {
  Walk step(Phase::kOffered);
  for (int i = 1; i < kMaxRefusals; ++i) {
    EXPECT_EQ(step(Answered{"o9", AnswerCheck::kForeign}),
              "offered refuse:opening.foreign no:o9");
  }
  EXPECT_EQ(step(Answered{"o9", AnswerCheck::kForeign}),
            "offered refuse:opening.foreign close no:o9");
}

// It happens now and then; an agent that says nothing else fills the journal.
TEST(ReaderMachine, ReportsThatComeTooLateAreBorneAsLongAsSomethingGetsDone) {
  const Reported late{"p0", ReportCheck::kAbandoned};
  Walk step(Phase::kOffered);
  for (int i = 1; i < kMaxRefusals; ++i) step(late);
  step(Concluded{"p1", "o1", ConcludedKind::kDone, ""});
  for (int i = 1; i < kMaxRefusals; ++i) {
    EXPECT_EQ(step(late), "offered refuse:report.late no:/p0");
  }
  EXPECT_EQ(step(late), "offered refuse:report.late close no:/p0");
}

TEST(ReaderMachine, StartsAnewAfterADisconnect) {
  Walk step(Phase::kRunning);
  step(Disconnected{});
  EXPECT_THAT(step.state().opening_id, IsEmpty());
  EXPECT_THAT(step.state().packet_id, IsEmpty());
  EXPECT_EQ(step(Started{true}), "opening open");
  EXPECT_TRUE(step.state().card_present);
}

}  // namespace
}  // namespace cardferry::orchestrator
