#include "cardsim/channel/scp03_protocol.h"

#include <algorithm>

#include "cardsim/channel/messaging.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kParameters[] = {0x00, 0x01, 0x10, 0x11, 0x20, 0x21,
                                   0x30, 0x31, 0x60, 0x61, 0x70, 0x71};

TEST(Scp03ProtocolTest, KnowsThePublishedParametersAlone) {
  for (int i = 0; i <= 0xFF; ++i) {
    const bool known = std::find(std::begin(kParameters), std::end(kParameters),
                                 i) != std::end(kParameters);
    EXPECT_EQ(Scp03Protocol::Create(static_cast<uint8_t>(i)).ok(), known) << i;
  }
}

TEST(Scp03ProtocolTest, EachBitOfTheParameterMeansOneThing) {
  for (const uint8_t i : kParameters) {
    SCOPED_TRACE(static_cast<int>(i));
    ASSERT_OK_AND_ASSIGN(const auto protocol, Scp03Protocol::Create(i));
    EXPECT_EQ(protocol->number(), 0x03);
    EXPECT_EQ(protocol->i(), i);
    EXPECT_EQ(protocol->mac_size(), (i & 0x01) != 0 ? 16u : 8u);
    EXPECT_EQ(protocol->host_challenge_size(), protocol->mac_size());
    EXPECT_EQ(protocol->card_challenge_size(), protocol->mac_size());
    EXPECT_EQ(protocol->counting() == Protocol::Counting::kAtInitializeUpdate,
              (i & 0x10) != 0);
    EXPECT_EQ(protocol->LevelIsPossible(kLevelCMac | kLevelRMac),
              (i & 0x20) != 0);
    EXPECT_EQ(protocol->LevelIsPossible(0x33), (i & 0x40) != 0);
  }
}

TEST(Scp03ProtocolTest, TheCounterHasThreeBytes) {
  EXPECT_EQ((*Scp03Protocol::Create(0x10))->last_sequence(), 0xFFFFFFu);
}

}  // namespace
}  // namespace cardferry::cardsim
