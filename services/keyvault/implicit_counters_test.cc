#include "services/keyvault/implicit_counters.h"

#include "gtest/gtest.h"

namespace cardferry::keyvault {
namespace {

// The claims of a card, one after the other.
class ImplicitCountersTest : public testing::Test {
 protected:
  CounterGrant Changes(uint16_t counter, const std::string& opening,
                       const std::string& agent = "kiosk-1") {
    return Claim({counter, true, opening, agent});
  }
  CounterGrant Reads(uint16_t counter, const std::string& agent = "kiosk-1") {
    return Claim({counter, false, "o-read", agent});
  }

  std::optional<CounterRecord> record_;

 private:
  CounterGrant Claim(const CounterClaim& claim) {
    CounterStep step = ClaimCounter(record_, claim);
    record_ = step.record;
    return step.grant;
  }
};

TEST_F(ImplicitCountersTest, OneOpeningHasTheChangesOfACounter) {
  EXPECT_EQ(Changes(7, "o1"), CounterGrant::kChanges);
  EXPECT_EQ(Changes(7, "o1"), CounterGrant::kChanges);
  EXPECT_EQ(Changes(7, "o2"), CounterGrant::kReads);
  EXPECT_EQ(Changes(6, "o2"), CounterGrant::kReads);
  EXPECT_EQ(Changes(8, "o2"), CounterGrant::kChanges);
  EXPECT_EQ(Changes(7, "o1"), CounterGrant::kReads);
  EXPECT_EQ(*record_, (CounterRecord{8, "o2", 8, "kiosk-1", false}));
}

TEST_F(ImplicitCountersTest, TheFirstClaimIsBelieved) {
  EXPECT_EQ(Changes(255, "o1"), CounterGrant::kChanges);
  EXPECT_EQ(*record_, (CounterRecord{255, "o1", 255, "kiosk-1", false}));
  record_.reset();
  EXPECT_EQ(Reads(200), CounterGrant::kReads);
  EXPECT_EQ(*record_, (CounterRecord{-1, "", 200, "kiosk-1", false}));
  EXPECT_EQ(Changes(200, "o1"), CounterGrant::kChanges);
}

TEST_F(ImplicitCountersTest, TheCounterZeroIsOneToo) {
  EXPECT_EQ(Changes(0, "o1"), CounterGrant::kChanges);
  EXPECT_EQ(Changes(0, "o2"), CounterGrant::kReads);
}

// An agent that says another card's number, and the highest counter.
TEST_F(ImplicitCountersTest, AJumpIsRefusedAndMovesNothing) {
  ASSERT_EQ(Changes(3, "o1"), CounterGrant::kChanges);
  EXPECT_EQ(Changes(12, "o2", "eve"), CounterGrant::kReadsForDoubt);
  EXPECT_EQ(Reads(255, "eve"), CounterGrant::kReads);
  EXPECT_EQ(*record_, (CounterRecord{3, "o1", 3, "kiosk-1", true}));
  EXPECT_EQ(Changes(4, "o3"), CounterGrant::kChanges);
  EXPECT_EQ(Changes(12, "o4"), CounterGrant::kChanges);
}

// Reading moves the card's counter too.
TEST_F(ImplicitCountersTest, SessionsThatReadTakeTheWindowAlong) {
  ASSERT_EQ(Changes(3, "o1"), CounterGrant::kChanges);
  for (uint16_t counter = 4; counter < 40; ++counter) {
    EXPECT_EQ(Reads(counter, "kiosk-2"), CounterGrant::kReads);
  }
  EXPECT_EQ(*record_, (CounterRecord{3, "o1", 39, "kiosk-2", false}));
  EXPECT_EQ(Changes(48, "o2"), CounterGrant::kReadsForDoubt);
  EXPECT_EQ(Changes(47, "o3"), CounterGrant::kChanges);
}

// Of a counter that had no packet with changes none can be run.
TEST_F(ImplicitCountersTest, WhatOnlyReadsTakesNoChangesFromLowerCounters) {
  ASSERT_EQ(Reads(200, "eve"), CounterGrant::kReads);
  EXPECT_EQ(Changes(3, "o1"), CounterGrant::kChanges);
  EXPECT_EQ(Changes(4, "o2"), CounterGrant::kChanges);
}

TEST_F(ImplicitCountersTest, ACardFarBelowItsLastChangesIsADoubt) {
  ASSERT_EQ(Changes(200, "o1", "eve"), CounterGrant::kChanges);
  EXPECT_EQ(Changes(192, "o2"), CounterGrant::kReads);
  EXPECT_FALSE(record_->doubted);
  EXPECT_EQ(Changes(191, "o2"), CounterGrant::kReadsForDoubt);
  EXPECT_EQ(*record_, (CounterRecord{200, "o1", 200, "eve", true}));
}

}  // namespace
}  // namespace cardferry::keyvault
