#include "lib/card/scp/security_level.h"

#include <vector>

#include "gtest/gtest.h"

namespace cardferry::scp {
namespace {

std::vector<int> LegalLevels(const ChannelProtocol& protocol) {
  std::vector<int> levels;
  for (int level = 0; level <= 0xFF; ++level) {
    if (IsLegal(protocol, static_cast<SecurityLevel>(level))) {
      levels.push_back(level);
    }
  }
  return levels;
}

using Levels = std::vector<int>;

TEST(SecurityLevelTest, HasWhatItsBitsSay) {
  EXPECT_FALSE(HasCMac(SecurityLevel::kNone));
  EXPECT_TRUE(HasCMac(SecurityLevel::kCMac));
  EXPECT_FALSE(HasCDec(SecurityLevel::kCMacRMac));
  EXPECT_TRUE(HasCDec(SecurityLevel::kCDecCMac));
  EXPECT_FALSE(HasRMac(SecurityLevel::kCDecCMac));
  EXPECT_TRUE(HasRMac(SecurityLevel::kCMacRMac));
  EXPECT_FALSE(HasREnc(SecurityLevel::kCDecCMacRMac));
  EXPECT_TRUE(HasREnc(SecurityLevel::kCDecCMacRMacREnc));
}

TEST(SecurityLevelTest, AProtocolWithoutRMacHasNoneInItsLevels) {
  const Levels without = {0x00, 0x01, 0x03};
  for (const ChannelProtocol& protocol :
       {ChannelProtocol{kScp01, 0x05}, ChannelProtocol{kScp01, 0x25},
        ChannelProtocol{kScp02, 0x55}, ChannelProtocol{kScp03, 0x10},
        ChannelProtocol{kScp03, 0x40}}) {
    EXPECT_EQ(LegalLevels(protocol), without)
        << int{protocol.scp} << " " << int{protocol.i};
  }
}

TEST(SecurityLevelTest, OnlyScp03HasResponseEncryption) {
  const Levels with_rmac = {0x00, 0x01, 0x03, 0x11, 0x13};
  EXPECT_EQ(LegalLevels({kScp02, 0x35}), with_rmac);
  EXPECT_EQ(LegalLevels({kScp02, 0x75}), with_rmac);
  EXPECT_EQ(LegalLevels({kScp03, 0x30}), with_rmac);
  EXPECT_EQ(LegalLevels({kScp03, 0x61}),
            (Levels{0x00, 0x01, 0x03, 0x11, 0x13, 0x33}));
}

TEST(SecurityLevelTest, AnImplicitSessionHasOneLevel) {
  EXPECT_EQ(LegalLevels({kScp02, 0x0A}), Levels{0x01});
  EXPECT_EQ(LegalLevels({kScp02, 0x3B}), Levels{0x01});
}

}  // namespace
}  // namespace cardferry::scp
