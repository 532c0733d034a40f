#include "lib/card/script/run_script.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

// Commands whose P2 counts from 0.
Script Commands(uint8_t count) {
  Script script;
  for (uint8_t i = 0; i < count; ++i) {
    script.push_back({*CommandApdu::Create({0x80, 0xE8, 0x00, i}, {}),
                      {StatusWordPattern{}},
                      AnyData{},
                      OnMismatch::kStop,
                      "LOAD"});
  }
  return script;
}

// A card that gives prepared answers and remembers what it was asked.
class RunScriptTest : public testing::Test {
 protected:
  Transcript Run(const Script& script) {
    return RunScript(
        script,
        [this](const CommandApdu& command) -> absl::StatusOr<ResponseApdu> {
          const size_t number = sent_.size();
          sent_.push_back(command.header().p2);
          if (number >= answers_.size()) return absl::UnavailableError("gone");
          return answers_[number];
        },
        [this](size_t index) { progress_.push_back(index); });
  }

  std::vector<ResponseApdu> answers_;
  std::vector<uint8_t> sent_;
  std::vector<size_t> progress_;
};

const ResponseApdu kOk{{}, kSuccess};
const ResponseApdu kNoSpace{{}, StatusWord(0x6A84)};

TEST_F(RunScriptTest, SendsEveryCommandOnceAndInOrder) {
  answers_ = {kOk, {{0x01}, kSuccess}, kOk};
  EXPECT_EQ(Run(Commands(3)), (Transcript{answers_, RunEnd::kDone}));
  EXPECT_EQ(sent_, (std::vector<uint8_t>{0, 1, 2}));
  EXPECT_EQ(progress_, (std::vector<size_t>{0, 1, 2}));
}

TEST_F(RunScriptTest, StopsAfterAnAnswerThatIsNotExpected) {
  answers_ = {kOk, kNoSpace, kOk};
  EXPECT_EQ(Run(Commands(3)), (Transcript{{kOk, kNoSpace}, RunEnd::kStopped}));
  EXPECT_EQ(sent_, (std::vector<uint8_t>{0, 1}));
  EXPECT_EQ(progress_, (std::vector<size_t>{0, 1}));
}

TEST_F(RunScriptTest, StopsAtDataThatDiffers) {
  Script script = Commands(2);
  script[0].expected = ExactData{{0x01}};
  answers_ = {{{0x02}, kSuccess}, kOk};
  EXPECT_EQ(Run(script).end, RunEnd::kStopped);
  EXPECT_EQ(sent_, std::vector<uint8_t>{0});
}

TEST_F(RunScriptTest, AnErrorInTheLastAnswerIsAStopToo) {
  answers_ = {kOk, kNoSpace};
  EXPECT_EQ(Run(Commands(2)).end, RunEnd::kStopped);
}

TEST_F(RunScriptTest, GoesOnWhereTheCommandSaysSo) {
  Script script = Commands(2);
  script[0].on_mismatch = OnMismatch::kContinue;
  answers_ = {kNoSpace, kOk};
  EXPECT_EQ(Run(script), (Transcript{{kNoSpace, kOk}, RunEnd::kDone}));
}

TEST_F(RunScriptTest, ALostAnswerEndsTheRunWithoutASecondTry) {
  answers_ = {kOk};
  Script script = Commands(3);
  script[1].on_mismatch = OnMismatch::kContinue;
  EXPECT_EQ(Run(script), (Transcript{{kOk}, RunEnd::kUnknown}));
  EXPECT_EQ(sent_, (std::vector<uint8_t>{0, 1}));
  EXPECT_EQ(progress_, std::vector<size_t>{0});
}

TEST_F(RunScriptTest, NothingToDoIsDone) {
  EXPECT_EQ(Run({}), (Transcript{{}, RunEnd::kDone}));
  EXPECT_TRUE(sent_.empty());
}

TEST_F(RunScriptTest, NeedsNobodyToReportTo) {
  const Transmit transmit = [](const CommandApdu&) { return kOk; };
  EXPECT_EQ(RunScript(Commands(1), transmit, nullptr).end, RunEnd::kDone);
}

}  // namespace
}  // namespace cardferry::card
