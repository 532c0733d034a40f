#include "lib/base/random.h"

#include "gtest/gtest.h"
#include "lib/base/testing/counting_random.h"
#include "lib/base/testing/fake_clock.h"

namespace cardferry {
namespace {

TEST(SystemRandomTest, FillsEverythingAndNeverRepeatsItself) {
  SystemRandom random;
  const Bytes first = random.Draw(512);
  EXPECT_EQ(first.size(), 512u);
  EXPECT_NE(first, random.Draw(512));
  EXPECT_NE(Bytes(first.end() - 16, first.end()), Bytes(16));
}

TEST(CountingRandomTest, GivesKnownBytes) {
  CountingRandom random;
  EXPECT_EQ(random.Draw(3), (Bytes{0, 1, 2}));
  EXPECT_EQ(random.Draw(2), (Bytes{3, 4}));
}

TEST(FakeClockTest, MovesOnlyWhenTold) {
  FakeClock clock(absl::FromUnixSeconds(10));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(10));
  clock.Advance(absl::Seconds(5));
  EXPECT_EQ(clock.Now(), absl::FromUnixSeconds(15));
}

}  // namespace
}  // namespace cardferry
