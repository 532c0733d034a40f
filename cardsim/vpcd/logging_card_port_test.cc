#include "cardsim/vpcd/logging_card_port.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

TEST(LoggingCardPortTest, DescribesACommandWithoutItsData) {
  EXPECT_EQ(DescribeExchange(FromHexOrDie("84E2000003AABBCC"),
                             FromHexOrDie("DDEE9000")),
            "84E20000, 8 bytes -> 9000, 4 bytes");
}

TEST(LoggingCardPortTest, DescribesWhatIsNoCommand) {
  EXPECT_EQ(DescribeExchange(FromHexOrDie("84E2"), FromHexOrDie("6700")),
            "84E2, 2 bytes -> 6700, 2 bytes");
  EXPECT_EQ(DescribeExchange({}, {}), ", 0 bytes -> no answer");
}

// Gives a fixed answer. Not a card.
class FixedPort final : public CardPort {
 public:
  Bytes Atr() const override { return {0x3B, 0x00}; }
  void Reset() override { ++resets; }
  absl::StatusOr<Bytes> Transmit(ByteSpan command) override {
    last.assign(command.begin(), command.end());
    return FromHexOrDie("6A82");
  }

  int resets = 0;
  Bytes last;
};

TEST(LoggingCardPortTest, HandsEverythingOn) {
  FixedPort inner;
  LoggingCardPort port(inner);
  EXPECT_EQ(port.Atr(), (Bytes{0x3B, 0x00}));
  port.Reset();
  EXPECT_EQ(inner.resets, 1);
  EXPECT_THAT(port.Transmit(FromHexOrDie("00A40400")),
              IsOkAndHolds(FromHexOrDie("6A82")));
  EXPECT_EQ(inner.last, FromHexOrDie("00A40400"));
}

}  // namespace
}  // namespace cardferry::cardsim
