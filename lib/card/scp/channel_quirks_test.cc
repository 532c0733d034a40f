#include "lib/card/scp/channel_quirks.h"

#include "gtest/gtest.h"

namespace cardferry::scp {
namespace {

TEST(ChannelQuirksTest, TheTextHasNone) {
  EXPECT_EQ(ToBits(ChannelQuirks()), 0x00);
}

TEST(ChannelQuirksTest, EachHasABitOfItsOwn) {
  ChannelQuirks quirks;
  quirks.encrypts_absent_data = true;
  EXPECT_EQ(ToBits(quirks), 0x01);
  quirks = ChannelQuirks();
  quirks.external_authenticate_has_le = true;
  EXPECT_EQ(ToBits(quirks), 0x04);
  quirks = ChannelQuirks();
  quirks.derives_all_from_first_counter = true;
  EXPECT_EQ(ToBits(quirks), 0x40);
}

TEST(ChannelQuirksTest, ComeBackFromTheirBits) {
  for (int bits = 0; bits < 0x80; ++bits) {
    const ChannelQuirks quirks = QuirksFromBits(static_cast<uint8_t>(bits));
    EXPECT_EQ(int{ToBits(quirks)}, bits);
    EXPECT_EQ(quirks == ChannelQuirks(), bits == 0);
  }
}

}  // namespace
}  // namespace cardferry::scp
