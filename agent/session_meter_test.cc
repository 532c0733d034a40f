#include "agent/session_meter.h"

#include "gtest/gtest.h"

namespace cardferry::agent {
namespace {

TEST(SessionMeterTest, CountsExchanges) {
  SessionMeter meter;
  meter.CountExchanges(1, 7, absl::Milliseconds(3));
  meter.CountExchanges(1, 30, absl::Milliseconds(4));
  const Measurements read = meter.Read();
  EXPECT_EQ(read.apdus, 2u);
  EXPECT_EQ(read.bytes, 37u);
  EXPECT_EQ(read.card, absl::Milliseconds(7));
}

TEST(SessionMeterTest, AWaitCountsOnceHoweverOftenItIsBegun) {
  SessionMeter meter;
  meter.BeginWait();
  meter.BeginWait();
  meter.EndWait();
  meter.EndWait();
  EXPECT_EQ(meter.Read().round_trips, 1u);
  meter.BeginWait();
  EXPECT_EQ(meter.Read().round_trips, 2u);
}

TEST(SessionMeterTest, AMessageThatWasThereAlreadyIsNoWait) {
  SessionMeter meter;
  meter.EndWait();
  EXPECT_EQ(meter.Read().round_trips, 0u);
  EXPECT_EQ(meter.Read().waited, absl::ZeroDuration());
}

TEST(SessionMeterTest, WaitingIsPartOfTheWhole) {
  SessionMeter meter;
  meter.BeginWait();
  meter.EndWait();
  const Measurements read = meter.Read();
  EXPECT_LE(read.waited, read.total);
}

TEST(SessionMeterTest, StartsAnew) {
  SessionMeter meter;
  meter.BeginWait();
  meter.CountExchanges(1, 2, absl::Seconds(1));
  meter.Start();
  const Measurements read = meter.Read();
  EXPECT_EQ(read.round_trips, 0u);
  EXPECT_EQ(read.apdus, 0u);
  EXPECT_EQ(read.bytes, 0u);
  EXPECT_EQ(read.card, absl::ZeroDuration());
}

}  // namespace
}  // namespace cardferry::agent
