#include "cardsim/card/card_data.h"

#include "cardsim/card_error.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

Scp03Channel Channel(uint8_t i = 0x70, size_t key_size = 16) {
  Scp03Options options;
  options.i = i;
  return *Scp03Channel::Create(TestKeys(key_size), options);
}

std::string Read(uint16_t tag, const Scp03Channel& channel) {
  const auto object = ReadCardData(tag, channel);
  return object.ok() ? ToHex(*object) : object.status().ToString();
}

TEST(CardDataTest, RecognitionDataNamesScp03AndTheChannelsOwnI) {
  EXPECT_EQ(Read(0x0066, Channel(0x70)),
            "66"
            "31"
            "732F"
            "06072A864886FC6B01"
            "600C060A2A864886FC6B02020301"
            "630906072A864886FC6B03"
            "640B06092A864886FC6B040370");
  for (const uint8_t i : Bytes{0x00, 0x10, 0x20, 0x30, 0x60}) {
    const std::string data = Read(0x0066, Channel(i));
    EXPECT_EQ(data.substr(data.size() - 4), "03" + ToHex({i}));
  }
}

TEST(CardDataTest, KeyInformationNamesThreeAesKeys) {
  EXPECT_EQ(Read(0x00E0, Channel(0x70, 16)),
            "E012C00401308810C00402308810C00403308810");
  EXPECT_EQ(Read(0x00E0, Channel(0x70, 32)),
            "E012C00401308820C00402308820C00403308820");
}

TEST(CardDataTest, NumbersFollowTheDiversificationData) {
  EXPECT_EQ(Read(0x0042, Channel()), "4203999999");
  EXPECT_EQ(Read(0x0045, Channel()), "450A00010203040506070809");
  EXPECT_EQ(
      Read(0x9F7F, Channel()),
      "9F7F2A000000000000000000000000040506070809" + std::string(48, '0'));
}

TEST(CardDataTest, KnowsNoOtherTag) {
  const Scp03Channel channel = Channel();
  int known = 0;
  for (int tag = 0; tag <= 0xFFFF; ++tag) {
    const auto object = ReadCardData(static_cast<uint16_t>(tag), channel);
    if (object.ok()) {
      ++known;
    } else {
      EXPECT_EQ(StatusWordOf(object.status()), kReferencedDataNotFound);
    }
  }
  EXPECT_EQ(known, 5);
}

}  // namespace
}  // namespace cardferry::cardsim
