#include "services/orchestrator/session/reader_machine.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "services/orchestrator/session/testing/machine_words.h"

// Every event in every phase. What takes several steps is in
// reader_machine_walk_test.cc.

namespace cardferry::orchestrator {
namespace {

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
        "preparing prepare:o2", "preparing lose(answered):p1 prepare:o2",
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
      {"NothingButTheEndOfAJob",
       NotPacked{NotPackedKind::kNothing, "", true},
       {"=", "=", "=", "opening ok:o1 open", "=", "="}},
      {"RefusedAndItsJobEnded",
       NotPacked{NotPackedKind::kRefused, "", true},
       {"=", "=", "=", "opening no:o1 open", "=", "="}},
      {"Again",
       NotPacked{NotPackedKind::kAgain, ""},
       {"=", "=", "=", "opening no:o1 open", "=", "="}},
      {"Unavailable",
       NotPacked{NotPackedKind::kUnavailable, ""},
       {"=", "=", "=", "preparing retry:200", "=", "="}},
  };
}

std::vector<Row> PacketRows() {
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
       {"=", "=", "=", "=", "running show:3", "="}},
      {"ProgressOfOneFromBefore",
       Progressed{"p2", 3, 10, "LOAD"},
       {"=", "=", "=", "=", "=", "="}},
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
       {"=", "=", "=", "=", "opening lose(overdue):p1 no:o1 open", "="}},
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
      {"NoRoom",
       Concluded{"p1", "o1", ConcludedKind::kNoRoom, ""},
       {"idle no:o1/p1 look:60", "opening no:o1/p1 look:60",
        "offered no:o1/p1 look:60 challenge:o1", "preparing no:o1/p1 look:60",
        "running no:o1/p1 look:60", "opening no:o1/p1 look:60 open(quiet)"}},
      {"GoesOn",
       Concluded{"p1", "o1", ConcludedKind::kContinues, ""},
       {"=", "=", "=", "=", "=", "preparing ok:/p1 continue:p1"}},
      {"ConcludedLate",
       Concluded{"p0", "o0", ConcludedKind::kDone, ""},
       {"idle ok:o0/p0", "opening ok:o0/p0", "offered ok:o0/p0 challenge:o1",
        "preparing ok:o0/p0", "running ok:o0/p0", "concluding ok:o0/p0"}},
      {"CannotConclude",
       Concluded{"p1", "", ConcludedKind::kUnavailable, ""},
       {"=", "=", "=", "=", "=", "concluding retry:200"}},
  };
}

}  // namespace
}  // namespace cardferry::orchestrator
