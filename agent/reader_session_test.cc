#include "agent/reader_session.h"

#include <functional>

#include "gtest/gtest.h"

namespace cardferry::agent {
namespace {

using card::RunEnd;
using card::Transcript;

Opening MakeOpening(const std::string& id, bool run_challenge) {
  return {id, {}, {}, run_challenge};
}

PartReceived Part(const std::string& packet, const std::string& opening,
                  bool last = true) {
  return {{packet, opening, {}, last, 1}};
}

Transcript Answered(size_t count, RunEnd end = RunEnd::kDone) {
  Transcript transcript;
  transcript.answers.resize(count);
  transcript.end = end;
  return transcript;
}

// "opening(O1)+challenge answer(O1) ...": the actions in short.
std::string Name(const Action& action) {
  if (const auto* a = std::get_if<RunOpening>(&action)) {
    return "open(" + a->opening.id + (a->with_challenge ? ",challenge)" : ")");
  }
  if (const auto* a = std::get_if<RunPart>(&action)) {
    return "run(" + a->part.packet_id + "@" +
           std::to_string(a->commands_before) + ")";
  }
  if (const auto* a = std::get_if<SendAnswer>(&action)) {
    return "answer(" + a->opening_id + ")";
  }
  if (const auto* a = std::get_if<SendReport>(&action)) {
    return "report(" + a->packet_id + "," +
           std::to_string(a->transcript.answers.size()) + "," +
           std::to_string(static_cast<int>(a->transcript.end)) + ")";
  }
  if (std::holds_alternative<ReleaseCard>(action)) return "release";
  return "verdict";
}

class ReaderSessionTest : public testing::Test {
 protected:
  // Feeds one event; returns the actions' names.
  std::string Feed(const Event& event) {
    Transition transition = Step(state_, event);
    state_ = transition.next;
    std::string names;
    for (const Action& action : transition.actions) {
      names += (names.empty() ? "" : " ") + Name(action);
    }
    return names;
  }

  void FeedToAwaitingPacket() {
    Feed(CardArrived{});
    Feed(OpeningReceived{MakeOpening("O1", true)});
    Feed(OpeningRan{Answered(2), Answered(1)});
    ASSERT_EQ(state_.phase, Phase::kAwaitingPacket);
  }

  ReaderState state_;
};

TEST_F(ReaderSessionTest, RunsTheWholeOpeningAtOnceWhenAJobWaits) {
  EXPECT_EQ(Feed(OpeningReceived{MakeOpening("O1", true)}), "");
  EXPECT_EQ(Feed(CardArrived{}), "open(O1,challenge)");
  EXPECT_EQ(Feed(OpeningRan{Answered(2), Answered(1)}), "answer(O1)");
  EXPECT_EQ(Feed(Part("P1", "O1")), "run(P1@0)");
  EXPECT_EQ(Feed(PartRan{Answered(7)}), "report(P1,7,0) release");
  EXPECT_EQ(Feed(VerdictReceived{{"O1", true, "done", "P1"}}),
            "verdict release");
  EXPECT_EQ(state_.phase, Phase::kPresent);
}

TEST_F(ReaderSessionTest, WithoutAJobOnlyIdentifiesAndLetsTheCardGo) {
  Feed(OpeningReceived{MakeOpening("O1", false)});
  EXPECT_EQ(Feed(CardArrived{}), "open(O1)");
  EXPECT_EQ(Feed(OpeningRan{Answered(2), std::nullopt}), "answer(O1) release");
  EXPECT_EQ(state_.phase, Phase::kPresent);
}

TEST_F(ReaderSessionTest, IdentifiesACardOnce) {
  Feed(OpeningReceived{MakeOpening("O1", false)});
  Feed(CardArrived{});
  Feed(OpeningRan{Answered(2), std::nullopt});
  EXPECT_EQ(Feed(OpeningReceived{MakeOpening("O2", false)}), "");
  EXPECT_EQ(Feed(CardRemoved{}), "");
  EXPECT_EQ(Feed(CardArrived{}), "open(O2)");
}

TEST_F(ReaderSessionTest, AJobThatArrivesLaterRunsTheChallengeHalf) {
  Feed(OpeningReceived{MakeOpening("O1", false)});
  Feed(CardArrived{});
  Feed(OpeningRan{Answered(2), std::nullopt});
  Feed(OpeningReceived{MakeOpening("O2", false)});
  EXPECT_EQ(Feed(ChallengeRequested{"O2"}), "open(O2,challenge)");
}

TEST_F(ReaderSessionTest, AnAnsweredOpeningIsNotAnsweredAgain) {
  Feed(OpeningReceived{MakeOpening("O1", false)});
  Feed(CardArrived{});
  Feed(OpeningRan{Answered(2), std::nullopt});
  EXPECT_EQ(Feed(ChallengeRequested{"O1"}), "");
  EXPECT_EQ(Feed(OpeningReceived{MakeOpening("O2", true)}),
            "open(O2,challenge)");
}

TEST_F(ReaderSessionTest, AJobThatArrivesMeanwhileWaitsForTheNextOpening) {
  Feed(OpeningReceived{MakeOpening("O1", false)});
  Feed(CardArrived{});
  EXPECT_EQ(Feed(ChallengeRequested{"O1"}), "");
  EXPECT_EQ(Feed(OpeningRan{Answered(2), std::nullopt}), "answer(O1) release");
}

TEST_F(ReaderSessionTest, NeverRunsOneChallengeTwice) {
  FeedToAwaitingPacket();
  EXPECT_EQ(Feed(ChallengeRequested{"O1"}), "");
  EXPECT_EQ(Feed(WaitExpired{}), "release");
  EXPECT_EQ(Feed(ChallengeRequested{"O1"}), "");
  EXPECT_EQ(Feed(CardRemoved{}), "");
  EXPECT_EQ(Feed(CardArrived{}), "");
}

TEST_F(ReaderSessionTest, JoinsThePartsOfAPacketIntoOneReport) {
  FeedToAwaitingPacket();
  EXPECT_EQ(Feed(Part("P1", "O1", false)), "run(P1@0)");
  EXPECT_EQ(Feed(PartRan{Answered(3)}), "");
  EXPECT_EQ(Feed(Part("P1", "O1", true)), "run(P1@3)");
  EXPECT_EQ(Feed(PartRan{Answered(2)}), "report(P1,5,0) release");
}

TEST_F(ReaderSessionTest, StopsAtOnceAndIgnoresTheRestOfThePacket) {
  FeedToAwaitingPacket();
  Feed(Part("P1", "O1", false));
  EXPECT_EQ(Feed(PartRan{Answered(3, RunEnd::kStopped)}),
            "report(P1,3,1) release");
  EXPECT_EQ(Feed(Part("P1", "O1", true)), "");
}

TEST_F(ReaderSessionTest, RefusesAPacketForAnotherOpeningWithoutRunningIt) {
  FeedToAwaitingPacket();
  EXPECT_EQ(Feed(Part("P9", "O9")), "report(P9,0,3)");
  EXPECT_EQ(state_.phase, Phase::kAwaitingPacket);
  EXPECT_EQ(Feed(Part("P1", "O1")), "run(P1@0)");
}

TEST_F(ReaderSessionTest, APacketForACardThatIsGoneIsReportedAsNotStarted) {
  FeedToAwaitingPacket();
  EXPECT_EQ(Feed(CardRemoved{}), "release");
  EXPECT_EQ(Feed(Part("P1", "O1")), "report(P1,0,3)");
}

TEST_F(ReaderSessionTest, ASwappedCardNeverGetsThePacketOfTheFirst) {
  FeedToAwaitingPacket();
  EXPECT_EQ(Feed(CardArrived{}), "release");
  EXPECT_EQ(Feed(Part("P1", "O1")), "report(P1,0,3)");
}

TEST_F(ReaderSessionTest, ACardRemovedBetweenPartsLeavesAnUnknownOutcome) {
  FeedToAwaitingPacket();
  Feed(Part("P1", "O1", false));
  Feed(PartRan{Answered(3)});
  EXPECT_EQ(Feed(CardRemoved{}), "report(P1,3,2) release");
}

TEST_F(ReaderSessionTest, TheVerdictOfItsPacketIsShownEvenWhenTheCardIsGone) {
  FeedToAwaitingPacket();
  Feed(Part("P1", "O1"));
  Feed(PartRan{Answered(4)});
  Feed(CardRemoved{});
  EXPECT_EQ(Feed(VerdictReceived{{"O7", true, "", "P0"}}), "");
  EXPECT_EQ(Feed(VerdictReceived{{"", true, "", "P1"}}), "verdict");
}

TEST_F(ReaderSessionTest, AServerThatForgotTheOpeningStillEndsThePacket) {
  FeedToAwaitingPacket();
  Feed(Part("P1", "O1"));
  Feed(Disconnected{});
  Feed(PartRan{Answered(4)});
  Feed(Connected{});
  Feed(OpeningReceived{MakeOpening("O2", true)});
  EXPECT_EQ(Feed(VerdictReceived{{"", false, "", "P0"}}), "");
  EXPECT_EQ(Feed(VerdictReceived{{"", false, "too late", "P1"}}),
            "verdict release open(O2,challenge)");
}

TEST_F(ReaderSessionTest, APartThatCouldNotStartLeavesAnUnknownOutcome) {
  FeedToAwaitingPacket();
  Feed(Part("P1", "O1", false));
  Feed(PartRan{Answered(3)});
  Feed(Part("P1", "O1", true));
  EXPECT_EQ(Feed(PartRan{Answered(0, RunEnd::kNotStarted)}),
            "report(P1,3,2) release");
}

TEST_F(ReaderSessionTest, APacketThatCouldNotBeginIsReportedAsNotStarted) {
  FeedToAwaitingPacket();
  Feed(Part("P1", "O1"));
  EXPECT_EQ(Feed(PartRan{Answered(0, RunEnd::kNotStarted)}),
            "report(P1,0,3) release");
}

TEST_F(ReaderSessionTest, TheSamePacketAgainIsNeitherRunNorRefused) {
  FeedToAwaitingPacket();
  EXPECT_EQ(Feed(Part("P1", "O1")), "run(P1@0)");
  EXPECT_EQ(Feed(Part("P1", "O1")), "");
  Feed(PartRan{Answered(4)});
  EXPECT_EQ(Feed(Part("P1", "O1")), "");
}

// The last part of a packet whose answers the next one depends on.
PartReceived AskingPart(const std::string& packet, const std::string& opening) {
  PartReceived part = Part(packet, opening);
  part.part.asks_server = true;
  return part;
}

TEST_F(ReaderSessionTest, ACardIsHeldForPacketsThatDependOnItsAnswers) {
  FeedToAwaitingPacket();
  EXPECT_EQ(Feed(AskingPart("P1", "O1")), "run(P1@0)");
  EXPECT_EQ(Feed(PartRan{Answered(1)}), "report(P1,1,0)");
  // The report has come: nothing to tell, and the card stays.
  EXPECT_EQ(Feed(VerdictReceived{{"", true, "on it", "P1"}}), "");
  EXPECT_EQ(Feed(AskingPart("P2", "O1")), "run(P2@0)");
  EXPECT_EQ(Feed(PartRan{Answered(3)}), "report(P2,3,0)");
  EXPECT_EQ(Feed(AskingPart("P2", "O1")), "");  // never twice
  EXPECT_EQ(Feed(VerdictReceived{{"O1", true, "done", "P2"}}),
            "verdict release");
  EXPECT_EQ(state_.phase, Phase::kPresent);
}

TEST_F(ReaderSessionTest, ASessionThatStopsIsNotHeld) {
  FeedToAwaitingPacket();
  Feed(AskingPart("P1", "O1"));
  EXPECT_EQ(Feed(PartRan{Answered(1, RunEnd::kStopped)}),
            "report(P1,1,1) release");
}

TEST_F(ReaderSessionTest, AHeldCardIsLetGoWithTheStreamOrAfterAWhile) {
  FeedToAwaitingPacket();
  Feed(AskingPart("P1", "O1"));
  Feed(PartRan{Answered(1)});
  EXPECT_EQ(Feed(WaitExpired{}), "release");
  FeedToAwaitingPacket();
  Feed(AskingPart("P2", "O1"));
  Feed(PartRan{Answered(1)});
  EXPECT_EQ(Feed(Disconnected{}), "release");
}

TEST_F(ReaderSessionTest, ALostStreamLetsTheWaitingCardGo) {
  FeedToAwaitingPacket();
  EXPECT_EQ(Feed(Disconnected{}), "release");
  EXPECT_EQ(Feed(OpeningReceived{MakeOpening("O2", true)}),
            "open(O2,challenge)");
}

TEST_F(ReaderSessionTest, ALostStreamDoesNotTearARunningPart) {
  FeedToAwaitingPacket();
  Feed(Part("P1", "O1"));
  EXPECT_EQ(Feed(Disconnected{}), "");
  EXPECT_EQ(state_.phase, Phase::kRunningPart);
  EXPECT_EQ(Feed(PartRan{Answered(4)}), "report(P1,4,0) release");
}

TEST_F(ReaderSessionTest, AnOpeningThatComesDuringASessionWaitsForItsEnd) {
  FeedToAwaitingPacket();
  EXPECT_EQ(Feed(OpeningReceived{MakeOpening("O2", true)}), "");
  EXPECT_EQ(Feed(VerdictReceived{{"O1", false, "again", ""}}),
            "verdict release open(O2,challenge)");
}

TEST_F(ReaderSessionTest, AVerdictForAnotherOpeningChangesNothing) {
  FeedToAwaitingPacket();
  EXPECT_EQ(Feed(VerdictReceived{{"O7", true, "", ""}}), "");
  EXPECT_EQ(Feed(VerdictReceived{{"", true, "", ""}}), "");
  EXPECT_EQ(state_.phase, Phase::kAwaitingPacket);
}

TEST_F(ReaderSessionTest, AServerThatNeverAnswersDoesNotHoldTheCardForEver) {
  FeedToAwaitingPacket();
  Feed(Part("P1", "O1", false));
  Feed(PartRan{Answered(3)});
  EXPECT_EQ(Feed(WaitExpired{}), "report(P1,3,2) release");
  EXPECT_EQ(state_.phase, Phase::kPresent);
}

// Every event in every state that three events can reach: never two runs in
// one transition, never a run while one is going on, never a run for a card
// that is not there.
TEST_F(ReaderSessionTest, NoOrderOfEventsAsksForTwoRunsOrOneWithoutACard) {
  const std::vector<Event> events = {
      CardArrived{},
      CardRemoved{},
      OpeningReceived{MakeOpening("O1", true)},
      OpeningReceived{MakeOpening("O1", false)},
      ChallengeRequested{"O1"},
      Part("P1", "O1", false),
      Part("P1", "O1", true),
      VerdictReceived{{"O1", true, "", ""}},
      Connected{},
      Disconnected{},
      WaitExpired{},
      OpeningRan{Answered(1), Answered(1)},
      OpeningRan{Answered(1), std::nullopt},
      PartRan{Answered(1)},
      PartRan{Answered(1, RunEnd::kUnknown)},
  };
  size_t checked = 0;
  const std::function<void(const ReaderState&, int)> explore =
      [&](const ReaderState& state, int depth) {
        for (const Event& event : events) {
          const Transition transition = Step(state, event);
          int runs = 0;
          for (const Action& action : transition.actions) {
            runs += std::holds_alternative<RunOpening>(action) ||
                    std::holds_alternative<RunPart>(action);
          }
          const bool running = transition.next.phase == Phase::kOpening ||
                               transition.next.phase == Phase::kRunningPart;
          ASSERT_LE(runs, 1);
          if (runs == 1) {
            ASSERT_TRUE(running);
            ASSERT_TRUE(transition.next.card_present);
          }
          ++checked;
          if (depth > 1) explore(transition.next, depth - 1);
        }
      };
  explore(ReaderState(), 5);
  EXPECT_EQ(checked, 15u + 225u + 3375u + 50625u + 759375u);
}

}  // namespace
}  // namespace cardferry::agent
