#include "lib/card/scp/channel_protocol.h"

#include <set>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::scp {
namespace {

std::set<int> KnownOptions(uint8_t scp) {
  std::set<int> known;
  for (int i = 0; i < 0x100; ++i) {
    if (CheckProtocol({scp, static_cast<uint8_t>(i)}).ok()) known.insert(i);
  }
  return known;
}

TEST(ChannelProtocolTest, KnowsScp01) {
  EXPECT_EQ(KnownOptions(kScp01), (std::set<int>{0x05, 0x15}));
}

TEST(ChannelProtocolTest, KnowsScp03InBothModes) {
  EXPECT_EQ(KnownOptions(kScp03),
            (std::set<int>{0x00, 0x01, 0x10, 0x11, 0x20, 0x21, 0x30, 0x31, 0x60,
                           0x61, 0x70, 0x71}));
}

TEST(ChannelProtocolTest, KnowsScp02WithExplicitAndImplicitInitiation) {
  EXPECT_EQ(KnownOptions(kScp02),
            (std::set<int>{// explicit
                           0x04, 0x05, 0x14, 0x15, 0x24, 0x25, 0x34, 0x35, 0x44,
                           0x45, 0x54, 0x55, 0x64, 0x65, 0x74, 0x75,
                           // implicit
                           0x0A, 0x0B, 0x1A, 0x1B, 0x2A, 0x2B, 0x3A, 0x3B}));
}

TEST(ChannelProtocolTest, KnowsNoOtherProtocol) {
  for (const int scp : {0x00, 0x04, 0x10, 0x11, 0xFF}) {
    EXPECT_EQ(KnownOptions(static_cast<uint8_t>(scp)), std::set<int>()) << scp;
  }
}

TEST(ChannelProtocolTest, SaysWhatIsNotThere) {
  EXPECT_THAT(CheckProtocol({kScp02, 0x1E}),
              StatusIs(absl::StatusCode::kUnimplemented,
                       "SCP02 with i 1E, which is not there"));
}

TEST(ChannelProtocolTest, OnlyScp03WithBit01HasLongChallengesAndMacs) {
  for (const ChannelProtocol& protocol :
       {ChannelProtocol{kScp01, 0x05}, ChannelProtocol{kScp02, 0x55},
        ChannelProtocol{kScp03, 0x70}}) {
    EXPECT_FALSE(IsS16(protocol));
    EXPECT_EQ(ChallengeLength(protocol), 8u);
    EXPECT_EQ(SentMacLength(protocol), 8u);
  }
  EXPECT_TRUE(IsS16({kScp03, 0x71}));
  EXPECT_EQ(ChallengeLength({kScp03, 0x71}), 16u);
  EXPECT_EQ(SentMacLength({kScp03, 0x01}), 16u);
}

TEST(ChannelProtocolTest, OnlyScp02WithoutBit04IsImplicit) {
  EXPECT_TRUE(IsImplicit({kScp02, 0x1A}));
  EXPECT_FALSE(IsImplicit({kScp02, 0x15}));
  EXPECT_FALSE(IsImplicit({kScp03, 0x10}));
}

TEST(ChannelProtocolTest, OnlyScp03HasBlocksOf16Bytes) {
  EXPECT_EQ(BlockLength({kScp01, 0x05}), 8u);
  EXPECT_EQ(BlockLength({kScp02, 0x15}), 8u);
  EXPECT_EQ(BlockLength({kScp03, 0x71}), 16u);
}

}  // namespace
}  // namespace cardferry::scp
