#include "services/orchestrator/session/reader_machine.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Word(Phase phase) {
  switch (phase) {
    case Phase::kIdle:
      return "idle";
    case Phase::kOpening:
      return "opening";
    case Phase::kOffered:
      return "offered";
    case Phase::kPreparing:
      return "preparing";
    case Phase::kRunning:
      return "running";
    case Phase::kConcluding:
      return "concluding";
  }
  return "?";
}

// An action as one short word.
struct Words {
  std::string operator()(const MakeOpening& a) {
    return a.may_ask_challenge ? "open" : "open(quiet)";
  }
  std::string operator()(const OfferChallenge& a) {
    return "challenge:" + a.opening_id;
  }
  std::string operator()(const Prepare& a) { return "prepare:" + a.opening_id; }
  std::string operator()(const Conclude& a) {
    return "conclude:" + a.packet_id;
  }
  std::string operator()(const ShowProgress& a) {
    return absl::StrCat("show:", a.done);
  }
  std::string operator()(const SendVerdict& a) {
    return absl::StrCat(a.ok ? "ok:" : "no:", a.opening_id,
                        a.packet_id.empty() ? "" : "/", a.packet_id);
  }
  std::string operator()(const RepeatVerdict& a) {
    return "repeat:" + a.packet_id;
  }
  std::string operator()(const LosePacket& a) { return "lose:" + a.packet_id; }
  std::string operator()(const Retry& a) {
    return absl::StrCat("retry:", absl::ToInt64Milliseconds(a.after));
  }
  std::string operator()(const Refuse& a) { return "refuse:" + a.kind; }
  std::string operator()(const CloseStream&) { return "close"; }
};

std::string Describe(const ReaderTransition& transition) {
  std::vector<std::string> words = {Word(transition.next.phase)};
  for (const ReaderAction& action : transition.actions) {
    words.push_back(std::visit(Words(), action));
  }
  return absl::StrJoin(words, " ");
}

// A reader in the middle of things: o1 is offered or answered, p1 runs.
ReaderState In(Phase phase) {
  ReaderState state;
  state.phase = phase;
  state.card_present = true;
  state.retry_token = 7;
  if (phase != Phase::kIdle) state.opening_id = "o1";
  if (phase == Phase::kRunning || phase == Phase::kConcluding) {
    state.packet_id = "p1";
    state.done = 2;
    state.total = 10;
  }
  return state;
}

struct Row {
  const char* name;
  ReaderEvent event;
  // What comes of it in: idle, opening, offered, preparing, running,
  // concluding. "=" stands for the same phase and no action.
  std::vector<std::string> wanted;
};

std::vector<Row> OpeningRows();
std::vector<Row> AnswerRows();
std::vector<Row> PacketRows();

class EveryPhaseTest : public ::testing::TestWithParam<Row> {};

TEST_P(EveryPhaseTest, DoesWhatTheTableSays) {
  const Phase phases[] = {Phase::kIdle,    Phase::kOpening,
                          Phase::kOffered, Phase::kPreparing,
                          Phase::kRunning, Phase::kConcluding};
  ASSERT_EQ(GetParam().wanted.size(), std::size(phases));
  for (size_t i = 0; i < std::size(phases); ++i) {
    const ReaderTransition transition = Step(In(phases[i]), GetParam().event);
    std::string wanted = GetParam().wanted[i];
    if (wanted == "=") wanted = Word(phases[i]);
    EXPECT_EQ(Describe(transition), wanted) << "in " << Word(phases[i]);
  }
}

std::string NameOf(const ::testing::TestParamInfo<Row>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Openings, EveryPhaseTest,
                         ::testing::ValuesIn(OpeningRows()), NameOf);
INSTANTIATE_TEST_SUITE_P(Answers, EveryPhaseTest,
                         ::testing::ValuesIn(AnswerRows()), NameOf);
INSTANTIATE_TEST_SUITE_P(Packets, EveryPhaseTest,
                         ::testing::ValuesIn(PacketRows()), NameOf);

std::vector<Row> OpeningRows() {
  return {
      {"Started",
       Started{true},
       {"opening open", "opening open", "opening open", "opening open",
        "opening open", "opening open"}},
      {"CardArrives", CardSeen{true}, {"=", "=", "=", "=", "=", "="}},
      {"CardGoes", CardSeen{false}, {"=", "=", "=", "=", "=", "="}},
      {"JobArrives",
       JobArrived{},
       {"=", "=", "offered challenge:o1", "=", "=", "="}},
      {"OpeningMade",
       OpeningMade{"o2", false},
       {"=", "offered", "=", "=", "=", "="}},
      {"OpeningFailed",
       OpeningFailed{},
       {"=", "idle retry:200", "=", "=", "=", "="}},
      {"ChallengeOffered", ChallengeOffered{}, {"=", "=", "=", "=", "=", "="}},
      {"OpeningDue",
       OpeningDue{"o1"},
       {"=", "=", "opening open", "=", "=", "="}},
      {"OtherOpeningDue", OpeningDue{"o0"}, {"=", "=", "=", "=", "=", "="}},
      {"RetryDue",
       RetryDue{7},
       {"opening open", "=", "=", "preparing prepare:o1", "=",
        "concluding conclude:p1"}},
      {"OldRetryDue", RetryDue{6}, {"=", "=", "=", "=", "=", "="}},
      {"Disconnected",
       Disconnected{},
       {"idle", "idle", "idle", "idle", "idle lose:p1", "idle lose:p1"}},
  };
}

std::vector<Row> AnswerRows() {
  const auto answered = [](AnswerCheck check) { return Answered{"o2", check}; };
  const std::string again = "opening no:o2 open";
  return {
      {"Fresh",
       answered(AnswerCheck::kFresh),
       {"preparing prepare:o2", "preparing prepare:o2", "preparing prepare:o2",
        "preparing prepare:o2", "preparing lose:p1 prepare:o2",
        "concluding no:o2"}},
      {"Same",
       answered(AnswerCheck::kSame),
       {again, again, again, "=", "=", "="}},
      {"Expired",
       answered(AnswerCheck::kExpired),
       {again, again, again, "preparing no:o2", "running no:o2",
        "concluding no:o2"}},
      {"Used",
       answered(AnswerCheck::kUsed),
       {"idle refuse:opening.used_twice no:o2",
        "opening refuse:opening.used_twice no:o2",
        "offered refuse:opening.used_twice no:o2",
        "preparing refuse:opening.used_twice no:o2",
        "running refuse:opening.used_twice no:o2",
        "concluding refuse:opening.used_twice no:o2"}},
      {"Foreign",
       answered(AnswerCheck::kForeign),
       {"idle refuse:opening.foreign no:o2",
        "opening refuse:opening.foreign no:o2",
        "offered refuse:opening.foreign no:o2",
        "preparing refuse:opening.foreign no:o2",
        "running refuse:opening.foreign no:o2",
        "concluding refuse:opening.foreign no:o2"}},
      {"Unknown",
       answered(AnswerCheck::kUnknown),
       {"idle refuse:opening.unknown no:o2",
        "opening refuse:opening.unknown no:o2",
        "offered refuse:opening.unknown no:o2",
        "preparing refuse:opening.unknown no:o2",
        "running refuse:opening.unknown no:o2",
        "concluding refuse:opening.unknown no:o2"}},
      {"Packed", Packed{"p2", "1", 12}, {"=", "=", "=", "running", "=", "="}},
      {"Identified",
       NotPacked{NotPackedKind::kIdentified, ""},
       {"=", "=", "=", "opening ok:o1 open", "=", "="}},
      {"NeedsChallenge",
       NotPacked{NotPackedKind::kNeedsChallenge, ""},
       {"=", "=", "=", "opening no:o1 open", "=", "="}},
      {"Nothing",
       NotPacked{NotPackedKind::kNothing, ""},
       {"=", "=", "=", "opening ok:o1 open(quiet)", "=", "="}},
      {"Refused",
       NotPacked{NotPackedKind::kRefused, ""},
       {"=", "=", "=", "opening no:o1 open(quiet)", "=", "="}},
      {"Again",
       NotPacked{NotPackedKind::kAgain, ""},
       {"=", "=", "=", "opening no:o1 open", "=", "="}},
      {"Unavailable",
       NotPacked{NotPackedKind::kUnavailable, ""},
       {"=", "=", "=", "preparing retry:200", "=", "="}},
  };
}

std::vector<Row> PacketRows() {
  const std::string foreign = "refuse:progress.foreign";
  const auto everywhere = [](const std::string& actions) {
    std::vector<std::string> wanted;
    for (const char* phase :
         {"idle", "opening", "offered", "preparing", "running", "concluding"}) {
      wanted.push_back(absl::StrCat(phase, " ", actions));
    }
    return wanted;
  };
  return {
      {"Progressed",
       Progressed{"p1", 3, 10, "LOAD"},
       {"idle " + foreign, "opening " + foreign, "offered " + foreign,
        "preparing " + foreign, "running show:3", "concluding " + foreign}},
      {"ProgressOfAnother", Progressed{"p2", 3, 10, "LOAD"},
       everywhere("refuse:progress.foreign")},
      {"Reported",
       Reported{"p1", ReportCheck::kAccepted},
       {"idle conclude:p1", "opening conclude:p1", "offered conclude:p1",
        "preparing conclude:p1", "concluding conclude:p1",
        "concluding conclude:p1"}},
      {"ReportedLate", Reported{"p0", ReportCheck::kAccepted},
       everywhere("conclude:p0")},
      {"ReportedTwice", Reported{"p1", ReportCheck::kRepeated},
       everywhere("repeat:p1")},
      {"ReportedTooLate", Reported{"p0", ReportCheck::kAbandoned},
       everywhere("refuse:report.late no:/p0")},
      {"ReportedForeign", Reported{"p9", ReportCheck::kForeign},
       everywhere("refuse:report.foreign no:/p9")},
      {"ReportedUnknown", Reported{"p9", ReportCheck::kUnknown},
       everywhere("refuse:report.unknown no:/p9")},
      {"ReportOverdue",
       ReportOverdue{"p1"},
       {"=", "=", "=", "=", "opening lose:p1 no:o1/p1 open", "="}},
      {"OtherReportOverdue",
       ReportOverdue{"p0"},
       {"=", "=", "=", "=", "=", "="}},
      {"Concluded",
       Concluded{"p1", "o1", ConcludedKind::kDone, ""},
       {"idle ok:o1/p1", "opening ok:o1/p1", "offered ok:o1/p1 challenge:o1",
        "preparing ok:o1/p1", "running ok:o1/p1", "opening ok:o1/p1 open"}},
      {"NotDone",
       Concluded{"p1", "o1", ConcludedKind::kNotDone, ""},
       {"idle no:o1/p1", "opening no:o1/p1", "offered no:o1/p1 challenge:o1",
        "preparing no:o1/p1", "running no:o1/p1", "opening no:o1/p1 open"}},
      {"ConcludedLate",
       Concluded{"p0", "o0", ConcludedKind::kDone, ""},
       {"idle ok:o0/p0", "opening ok:o0/p0", "offered ok:o0/p0 challenge:o1",
        "preparing ok:o0/p0", "running ok:o0/p0", "concluding ok:o0/p0"}},
      {"CannotConclude",
       Concluded{"p1", "", ConcludedKind::kUnavailable, ""},
       {"=", "=", "=", "=", "=", "concluding retry:200"}},
  };
}

// --- What the table cannot say: several steps. ---

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

TEST(ReaderMachine, KeepsAReportUntilItCanBeConcluded) {
  Walk step(Phase::kConcluding);
  const Concluded later{"p1", "", ConcludedKind::kUnavailable, ""};
  for (int attempt = 1; attempt <= 20; ++attempt) {
    EXPECT_EQ(step(later),
              absl::StrCat("concluding retry:",
                           absl::ToInt64Milliseconds(Backoff(attempt))));
    EXPECT_EQ(step(RetryDue{step.state().retry_token}),
              "concluding conclude:p1");
  }
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

TEST(ReaderMachine, ClosesTheStreamOfAnAgentThatGoesOnLying) {
  Walk step(Phase::kOffered);
  for (int i = 1; i < kMaxRefusals; ++i) {
    EXPECT_EQ(step(Answered{"o9", AnswerCheck::kForeign}),
              "offered refuse:opening.foreign no:o9");
  }
  EXPECT_EQ(step(Answered{"o9", AnswerCheck::kForeign}),
            "offered refuse:opening.foreign close no:o9");
}

TEST(ReaderMachine, AReportThatComesTooLateIsNoLie) {
  Walk step(Phase::kOffered);
  for (int i = 0; i < 2 * kMaxRefusals; ++i) {
    step(Reported{"p0", ReportCheck::kAbandoned});
    EXPECT_EQ(step.actions().size(), 2u);
  }
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
