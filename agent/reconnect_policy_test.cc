#include "agent/reconnect_policy.h"

#include <vector>

#include "gtest/gtest.h"

namespace cardferry::agent {
namespace {

// Draws the same byte for ever.
class FixedRandom final : public RandomSource {
 public:
  explicit FixedRandom(uint8_t byte) : byte_(byte) {}
  void Fill(absl::Span<uint8_t> out) override {
    for (uint8_t& byte : out) byte = byte_;
  }

 private:
  const uint8_t byte_;
};

const absl::Status kLost = absl::UnavailableError("lost");
const absl::Status kRevoked = absl::PermissionDeniedError("revoked");

// The waits in milliseconds after so many streams that ended at once.
std::vector<int64_t> Waits(int count, uint8_t dice) {
  FixedRandom random(dice);
  ReconnectPolicy policy;
  std::vector<int64_t> waits;
  for (int i = 0; i < count; ++i) {
    waits.push_back(absl::ToInt64Milliseconds(
        policy.Next(kLost, absl::ZeroDuration(), random)));
  }
  return waits;
}

TEST(ReconnectPolicyTest, DoublesUpToItsLongestWait) {
  EXPECT_EQ(Waits(10, 0xFF),
            (std::vector<int64_t>{200, 400, 800, 1600, 3200, 6400, 12800, 25600,
                                  30000, 30000}));
}

TEST(ReconnectPolicyTest, JitterTakesUpToHalfOfTheWait) {
  EXPECT_EQ(Waits(3, 0x00), (std::vector<int64_t>{100, 200, 400}));
  EXPECT_EQ(Waits(1, 0x80), (std::vector<int64_t>{150}));
}

TEST(ReconnectPolicyTest, BeginsAnewAfterAStableStreamOnly) {
  FixedRandom random(0xFF);
  ReconnectPolicy policy;
  policy.Next(kLost, absl::ZeroDuration(), random);
  EXPECT_EQ(policy.Next(kLost, absl::Seconds(9), random),
            absl::Milliseconds(400));
  EXPECT_EQ(policy.Next(kLost, absl::Seconds(10), random),
            absl::Milliseconds(200));
  EXPECT_EQ(policy.Next(absl::OkStatus(), absl::ZeroDuration(), random),
            absl::Milliseconds(400));
}

TEST(ReconnectPolicyTest, ARevokedAgentTriesSlowlyAndIsSoonBackWhenLetIn) {
  FixedRandom random(0xFF);
  ReconnectPolicy policy;
  for (const int64_t seconds : {10, 20, 40, 80, 160, 300, 300}) {
    EXPECT_EQ(policy.Next(kRevoked, absl::ZeroDuration(), random),
              absl::Seconds(seconds));
  }
  EXPECT_EQ(policy.Next(kLost, absl::ZeroDuration(), random),
            absl::Milliseconds(200));
  EXPECT_EQ(
      policy.Next(absl::UnauthenticatedError("x"), absl::Minutes(1), random),
      absl::Seconds(10));
}

}  // namespace
}  // namespace cardferry::agent
