#include "cardsim/vpcd/slow_card_port.h"

#include "absl/time/clock.h"
#include "gtest/gtest.h"

namespace cardferry::cardsim {
namespace {

// Gives a fixed answer. Not a card.
class FixedPort final : public CardPort {
 public:
  Bytes Atr() const override { return {0x3B, 0x00}; }
  void Reset() override { ++resets; }
  Bytes Transmit(ByteSpan command) override {
    return Bytes(command.begin(), command.end());
  }

  int resets = 0;
};

TEST(SlowCardPortTest, HandsEverythingOn) {
  FixedPort inner;
  SlowCardPort port(inner, absl::ZeroDuration());
  EXPECT_EQ(port.Atr(), (Bytes{0x3B, 0x00}));
  port.Reset();
  EXPECT_EQ(inner.resets, 1);
  EXPECT_EQ(port.Transmit(Bytes{1, 2, 3}), (Bytes{1, 2, 3}));
}

TEST(SlowCardPortTest, TakesAtLeastTheTimeItIsGiven) {
  FixedPort inner;
  SlowCardPort port(inner, absl::Milliseconds(5));
  const absl::Time start = absl::Now();
  port.Transmit(Bytes{1});
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(5));
}

}  // namespace
}  // namespace cardferry::cardsim
