#include "cardsim/card/card_data.h"

#include <utility>
#include <vector>

#include "cardsim/card_error.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

KeyRing Ring(KeySet keys, uint8_t i = 0x70, KeyCounters counters = {1, 0}) {
  ChannelOptions options;
  (keys.type == KeyType::kAes ? options.scp03_i : options.scp02_i) = i;
  std::vector<KeyRingEntry> entries;
  entries.push_back({std::move(keys), counters});
  return *KeyRing::Create(std::move(entries), options);
}

std::string Read(uint16_t tag, const KeyRing& keys) {
  const auto object = ReadCardData(
      tag, keys,
      DefaultCardNumbers(keys.channels().front().keys().diversification_data));
  return object.ok() ? ToHex(*object) : object.status().ToString();
}

constexpr char kRecognition[] =
    "66"
    "31"
    "732F"
    "06072A864886FC6B01"
    "600C060A2A864886FC6B02020301"
    "630906072A864886FC6B03"
    "640B06092A864886FC6B04";

TEST(CardDataTest, RecognitionDataNamesTheProtocolAndItsOwnI) {
  for (const uint8_t i : Bytes{0x00, 0x10, 0x20, 0x30, 0x60, 0x70}) {
    EXPECT_EQ(Read(0x0066, Ring(TestKeys(), i)),
              kRecognition + std::string("03") + ToHex({i}));
  }
  for (const uint8_t i : Bytes{0x15, 0x55}) {
    EXPECT_EQ(Read(0x0066, Ring(TestDesKeys(), i)),
              kRecognition + std::string("02") + ToHex({i}));
  }
}

TEST(CardDataTest, RecognitionDataNamesEveryProtocolOnceTheDefaultFirst) {
  KeyRing keys = Ring(TestDesKeys(), 0x15);
  KeySet second = TestKeys();
  second.version = 0x31;
  KeySet third = TestDesKeys();
  third.version = 0x32;
  ASSERT_OK(keys.Add(std::move(second)));
  ASSERT_OK(keys.Add(std::move(third)));
  const std::string data = Read(0x0066, keys);
  EXPECT_EQ(data.substr(data.size() - 52),
            "640B06092A864886FC6B040215"
            "640B06092A864886FC6B040370");
  EXPECT_EQ(data.substr(0, 8), "663E733C");
}

TEST(CardDataTest, KeyInformationNamesThreeKeysOfEverySet) {
  EXPECT_EQ(Read(0x00E0, Ring(TestKeys(16))),
            "E012C00401308810C00402308810C00403308810");
  EXPECT_EQ(Read(0x00E0, Ring(TestKeys(32))),
            "E012C00401308820C00402308820C00403308820");
  KeyRing keys = Ring(TestDesKeys(), 0x55);
  KeySet second = TestKeys(24);
  second.version = 0x31;
  ASSERT_OK(keys.Add(std::move(second)));
  EXPECT_EQ(Read(0x00E0, keys),
            "E024C00401308010C00402308010C00403308010"
            "C00401318818C00402318818C00403318818");
}

TEST(CardDataTest, AFullRingStillFitsOneAnswer) {
  KeyRing keys = Ring(TestKeys());
  for (size_t sets = 1; sets < KeyRing::kMaxKeySets; ++sets) {
    KeySet next = TestKeys();
    next.version = static_cast<uint8_t>(sets);
    ASSERT_OK(keys.Add(std::move(next)));
  }
  EXPECT_EQ(Read(0x00E0, keys).size() / 2, 3u + 18 * KeyRing::kMaxKeySets);
  EXPECT_LE(3 + 18 * KeyRing::kMaxKeySets, 256u);
}

TEST(CardDataTest, NumbersFollowTheDiversificationData) {
  EXPECT_EQ(Read(0x0042, Ring(TestKeys())), "4203999999");
  EXPECT_EQ(Read(0x0045, Ring(TestKeys())), "450A00010203040506070809");
  EXPECT_EQ(Read(0x00CF, Ring(TestKeys())), "CF0A00010203040506070809");
  EXPECT_EQ(
      Read(0x9F7F, Ring(TestKeys())),
      "9F7F2A000000000000000000000000040506070809" + std::string(48, '0'));
}

// SCP02: what the next session uses. SCP03: what the last one used.
TEST(CardDataTest, TellsTheSequenceCounterOfTheDefaultKeySet) {
  EXPECT_EQ(Read(0x00C1, Ring(TestDesKeys(), 0x15, {0, 0})), "C1020000");
  EXPECT_EQ(Read(0x00C1, Ring(TestDesKeys(), 0x55, {0x0102, 0})), "C1020102");
  EXPECT_EQ(Read(0x00C1, Ring(TestKeys(), 0x70)), "C103000000");
  EXPECT_EQ(Read(0x00C1, Ring(TestKeys(), 0x70, {0x010203, 0})), "C103010202");
}

TEST(CardDataTest, HasNoSequenceCounterWhereNothingCounts) {
  const KeyRing keys = Ring(TestKeys(), 0x60);
  EXPECT_EQ(StatusWordOf(ReadCardData(0x00C1, keys, {}).status()),
            kReferencedDataNotFound);
}

TEST(CardDataTest, TellsTheNumbersThatTheCardWasGiven) {
  const CardNumbers numbers = {FromHexOrDie("12345678"), FromHexOrDie("0102"),
                               Bytes(42, 0x47)};
  const KeyRing keys = Ring(TestKeys());
  EXPECT_THAT(ReadCardData(0x0042, keys, numbers),
              IsOkAndHolds(FromHexOrDie("420412345678")));
  EXPECT_THAT(ReadCardData(0x0045, keys, numbers),
              IsOkAndHolds(FromHexOrDie("45020102")));
  EXPECT_EQ(ReadCardData(0x9F7F, keys, numbers)->size(), 45u);
}

TEST(CardDataTest, WhatIsNotSaidOfTheNumbersIsTheDefault) {
  const Bytes kdd = FromHexOrDie("00010203040506070809");
  CardNumbers said;
  said.card_image = {0x47};
  const CardNumbers numbers = WithDefaults(said, kdd);
  EXPECT_EQ(ToHex(numbers.issuer_identification), "999999");
  EXPECT_EQ(ToHex(numbers.card_image), "47");
  EXPECT_EQ(numbers.production, DefaultCardNumbers(kdd).production);
  said.issuer_identification = {0x11};
  said.production = Bytes(42, 0x22);
  EXPECT_EQ(ToHex(WithDefaults(said, kdd).issuer_identification), "11");
  EXPECT_EQ(WithDefaults(said, kdd).production, Bytes(42, 0x22));
}

TEST(CardDataTest, NumbersHaveTheirLengths) {
  const CardNumbers good = DefaultCardNumbers(Bytes(10));
  EXPECT_OK(CheckCardNumbers(good));
  for (const size_t size : {0u, 17u}) {
    CardNumbers bad = good;
    bad.issuer_identification = Bytes(size);
    EXPECT_FALSE(CheckCardNumbers(bad).ok());
    bad = good;
    bad.card_image = Bytes(size);
    EXPECT_FALSE(CheckCardNumbers(bad).ok());
  }
  for (const size_t size : {0u, 41u, 43u}) {
    CardNumbers bad = good;
    bad.production = Bytes(size);
    EXPECT_FALSE(CheckCardNumbers(bad).ok());
  }
}

TEST(CardDataTest, KnowsNoOtherTag) {
  const KeyRing keys = Ring(TestKeys());
  const CardNumbers numbers = DefaultCardNumbers(Bytes(10));
  int known = 0;
  for (int tag = 0; tag <= 0xFFFF; ++tag) {
    const auto object = ReadCardData(static_cast<uint16_t>(tag), keys, numbers);
    if (object.ok()) {
      ++known;
    } else {
      EXPECT_EQ(StatusWordOf(object.status()), kReferencedDataNotFound);
    }
  }
  EXPECT_EQ(known, 7);
}

}  // namespace
}  // namespace cardferry::cardsim
