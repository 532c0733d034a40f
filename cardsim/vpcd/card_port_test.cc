#include "cardsim/vpcd/card_port.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

using testing::Eq;
using testing::Optional;

// Counts resets and gives commands back. Not a card.
class EchoPort final : public CardPort {
 public:
  Bytes Atr() const override { return FromHexOrDie("3B80800101"); }
  void Reset() override { ++resets; }
  absl::StatusOr<Bytes> Transmit(ByteSpan command) override {
    ++commands;
    return Concat({command, FromHexOrDie("9000")});
  }

  int resets = 0;
  int commands = 0;
};

TEST(AnswerFrameTest, AnswersTheQuestionForTheAtr) {
  EchoPort port;
  EXPECT_THAT(AnswerFrame(Bytes{0x04}, port),
              IsOkAndHolds(Optional(FromHexOrDie("3B80800101"))));
  EXPECT_EQ(port.resets, 0);
}

TEST(AnswerFrameTest, ResetsWithoutAnAnswer) {
  EchoPort port;
  for (const uint8_t control : Bytes{0x00, 0x01, 0x02}) {
    EXPECT_THAT(AnswerFrame(Bytes{control}, port),
                IsOkAndHolds(Eq(std::nullopt)));
  }
  EXPECT_EQ(port.resets, 3);
}

TEST(AnswerFrameTest, IgnoresWhatMeansNothing) {
  EchoPort port;
  EXPECT_THAT(AnswerFrame({}, port), IsOkAndHolds(Eq(std::nullopt)));
  for (int control = 0; control <= 0xFF; ++control) {
    if (control <= 0x02 || control == 0x04) continue;
    EXPECT_THAT(AnswerFrame(Bytes{static_cast<uint8_t>(control)}, port),
                IsOkAndHolds(Eq(std::nullopt)));
  }
  EXPECT_EQ(port.resets + port.commands, 0);
}

TEST(AnswerFrameTest, EverythingElseIsACommand) {
  EchoPort port;
  EXPECT_THAT(AnswerFrame(FromHexOrDie("00A40400"), port),
              IsOkAndHolds(Optional(FromHexOrDie("00A404009000"))));
  EXPECT_THAT(AnswerFrame(FromHexOrDie("0004"), port),
              IsOkAndHolds(Optional(FromHexOrDie("00049000"))));
  EXPECT_EQ(port.commands, 2);
}

}  // namespace
}  // namespace cardferry::cardsim
