#include "cli/render/words.h"

#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

TEST(Words, HasOneForEveryState) {
  EXPECT_EQ(StateWord(orchestrator::v1::JOB_STATE_WAITING), "waiting");
  EXPECT_EQ(StateWord(orchestrator::v1::JOB_STATE_PREPARING), "preparing");
  EXPECT_EQ(StateWord(orchestrator::v1::JOB_STATE_RUNNING), "running");
  EXPECT_EQ(StateWord(orchestrator::v1::JOB_STATE_DONE), "done");
  EXPECT_EQ(StateWord(orchestrator::v1::JOB_STATE_FAILED), "failed");
  EXPECT_EQ(StateWord(orchestrator::v1::JOB_STATE_CANCELLED), "cancelled");
  EXPECT_EQ(StateWord(static_cast<orchestrator::v1::JobState>(9)), "unknown");
}

TEST(Words, FindsTheStateOfAWord) {
  EXPECT_EQ(StateOfWord("waiting"), orchestrator::v1::JOB_STATE_WAITING);
  EXPECT_EQ(StateOfWord("cancelled"), orchestrator::v1::JOB_STATE_CANCELLED);
  EXPECT_EQ(StateOfWord("over"), orchestrator::v1::JOB_STATE_UNSPECIFIED);
}

TEST(Words, HasOneForEveryAction) {
  EXPECT_EQ(ActionWord(orchestrator::v1::JOB_ACTION_UNSPECIFIED), "load");
  EXPECT_EQ(ActionWord(orchestrator::v1::JOB_ACTION_LOAD), "load");
  EXPECT_EQ(ActionWord(orchestrator::v1::JOB_ACTION_UPGRADE), "upgrade");
  EXPECT_EQ(ActionWord(orchestrator::v1::JOB_ACTION_DELETE), "delete");
  EXPECT_EQ(ActionWord(static_cast<orchestrator::v1::JobAction>(9)), "unknown");
}

TEST(Words, WritesTimesInUtc) {
  EXPECT_EQ(TimeText(1'800'000'000'000'000), "2027-01-15 08:00:00Z");
  EXPECT_EQ(TimeText(0), "-");
}

TEST(Words, WritesDurationsAsPeopleReadThem) {
  EXPECT_EQ(DurationText(absl::Milliseconds(350)), "0.35 s");
  EXPECT_EQ(DurationText(absl::Milliseconds(12'440)), "12.4 s");
  EXPECT_EQ(DurationText(absl::Seconds(185)), "3 min 5 s");
  EXPECT_EQ(DurationText(absl::ZeroDuration()), "0.00 s");
}

TEST(Words, WritesBytesInHexadecimal) {
  EXPECT_EQ(HexText(std::string("\xA0\x00", 2)), "A000");
  EXPECT_EQ(HexText(""), "-");
  EXPECT_EQ(OrDash(""), "-");
  EXPECT_EQ(OrDash("a\n"), "a?");
}

TEST(Words, KeepsATerminalFromBeingDriven) {
  EXPECT_EQ(Printable("a\x1b[2Jb\nc\x7f"), "a?[2Jb?c?");
  EXPECT_EQ(Printable("M\xC3\xBCnchen"), "M\xC3\xBCnchen");
}

TEST(Words, KnowsThePlural) {
  EXPECT_EQ(PluralS(0), "s");
  EXPECT_EQ(PluralS(1), "");
  EXPECT_EQ(PluralS(2), "s");
}

}  // namespace
}  // namespace cardferry::cli
