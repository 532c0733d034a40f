#include "cardsim/card/life_cycle.h"

#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kStates[] = {kOpReady, kInitialized, kSecured, kCardLocked,
                               kTerminated};

TEST(LifeCycleTest, TheCardHasFiveStates) {
  int states = 0;
  for (int state = 0; state <= 0xFF; ++state) {
    if (IsCardState(static_cast<uint8_t>(state))) ++states;
  }
  EXPECT_EQ(states, 5);
}

TEST(LifeCycleTest, OnlyTheseEightStepsAreLegal) {
  std::vector<std::pair<int, int>> legal;
  for (const uint8_t from : kStates) {
    for (const uint8_t to : kStates) {
      if (CardMayBecome(from, to)) legal.emplace_back(from, to);
    }
  }
  EXPECT_EQ(legal, (std::vector<std::pair<int, int>>{{0x01, 0x07},
                                                     {0x01, 0xFF},
                                                     {0x07, 0x0F},
                                                     {0x07, 0xFF},
                                                     {0x0F, 0x7F},
                                                     {0x0F, 0xFF},
                                                     {0x7F, 0x0F},
                                                     {0x7F, 0xFF}}));
}

TEST(LifeCycleTest, ALockedCardCanBeReadAndUnlockedAndATerminatedOneReadOnly) {
  for (int ins = 0; ins <= 0xFF; ++ins) {
    const bool reads_or_unlocks = ins == 0x50 || ins == 0x82 || ins == 0xA4 ||
                                  ins == 0xCA || ins == 0xF0 || ins == 0xF2;
    const auto byte = static_cast<uint8_t>(ins);
    EXPECT_EQ(CardAllows(kCardLocked, byte), reads_or_unlocks) << ins;
    EXPECT_EQ(CardAllows(kTerminated, byte), ins == 0xCA) << ins;
    EXPECT_TRUE(CardAllows(kOpReady, byte));
    EXPECT_TRUE(CardAllows(kSecured, byte));
  }
}

}  // namespace
}  // namespace cardferry::cardsim
