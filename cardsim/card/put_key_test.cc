#include "cardsim/card/put_key.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "cardsim/channel/key_check_value.h"
#include "cardsim/testing/test_card.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

constexpr char kReadKeys[] = "80CA00E000";

// Other keys than TestKeys, of a version.
KeySet OtherKeys(KeyType type, uint8_t version, size_t size = 16) {
  const KeySet source = TestKeys(size);
  KeySet keys;
  keys.type = type;
  keys.version = version;
  keys.enc = source.dek.Clone();
  keys.mac = source.enc.Clone();
  keys.dek = source.mac.Clone();
  keys.diversification_data = source.diversification_data;
  return keys;
}

KeySet Version(KeySet keys, uint8_t version) {
  keys.version = version;
  return keys;
}

std::string CheckValues(const KeySet& keys) {
  return ToHex(Concat({*KeyCheckValue(keys.type, keys.enc),
                       *KeyCheckValue(keys.type, keys.mac),
                       *KeyCheckValue(keys.type, keys.dek)}));
}

std::string Field(const TestHost& host, KeyType type, const SecretBytes& key) {
  const Bytes wrapped = host.WrapKey(key);
  Bytes field = {static_cast<uint8_t>(type)};
  const bool aes = type == KeyType::kAes;
  field.push_back(static_cast<uint8_t>(wrapped.size() + (aes ? 1 : 0)));
  if (aes) field.push_back(static_cast<uint8_t>(key.size()));
  Append(field, wrapped);
  field.push_back(kKeyCheckValueSize);
  Append(field, *KeyCheckValue(type, key));
  return ToHex(field);
}

std::string SetData(const TestHost& host, const KeySet& keys) {
  return absl::StrCat(
      ToHex({&keys.version, 1}), Field(host, keys.type, keys.enc),
      Field(host, keys.type, keys.mac), Field(host, keys.type, keys.dek));
}

// Adds the set.
std::string Put(TestCard& card, const KeySet& keys,
                absl::string_view header = "80D80081") {
  return card.Secure(Command(header, SetData(card.host(), keys)));
}

std::string Success(const KeySet& keys) {
  return absl::StrCat(ToHex({&keys.version, 1}), CheckValues(keys), "9000");
}

// The host takes these keys from now on.
std::string OpenWith(TestCard& card, KeySet keys) {
  card.host().set_keys(std::move(keys));
  return card.Open(0x03);
}

class PutKeyTest : public testing::TestWithParam<KeyType> {
 protected:
  KeySet CardKeys() const {
    return GetParam() == KeyType::kAes ? TestKeys() : TestDesKeys();
  }
};

INSTANTIATE_TEST_SUITE_P(Protocols, PutKeyTest,
                         testing::Values(KeyType::kDes, KeyType::kAes));

TEST_P(PutKeyTest, AddsASetThatOpensASessionAtOnce) {
  for (const uint8_t level : Bytes{0x00, 0x01, 0x03}) {
    TestCard card(CardKeys(), {});
    ASSERT_EQ(card.Open(level), "9000");
    const KeySet keys = OtherKeys(GetParam(), 0x31);
    EXPECT_EQ(Put(card, keys), Success(keys));
    // The running session goes on, and sees both.
    EXPECT_EQ(card.Secure(kReadKeys).size(), 2 * (2 + 36 + 2u));
    card.host().set_keys(keys.Clone());
    EXPECT_EQ(
        ToHex(card.card().Process(card.host().InitializeUpdate(0x31)).Encode())
            .substr(20, 2),
        "31");
    // P1 00 is still the first.
    EXPECT_EQ(OpenWith(card, CardKeys()), "9000");
  }
}

TEST_P(PutKeyTest, ReplacesASetAndItsCountersStartAgain) {
  TestCard card(CardKeys(), {});
  ASSERT_EQ(card.Open(0x03), "9000");
  ASSERT_EQ(card.Open(0x03), "9000");
  const KeySet keys = OtherKeys(GetParam(), 0x30);
  EXPECT_EQ(Put(card, keys, "80D83081"), Success(keys));
  const bool aes = GetParam() == KeyType::kAes;
  EXPECT_EQ(card.Secure("80CA00C100"), aes ? "C1030000009000" : "C10200009000");
  EXPECT_EQ(OpenWith(card, CardKeys()), "wrong card cryptogram");
  EXPECT_EQ(OpenWith(card, keys.Clone()), "9000");
}

TEST_P(PutKeyTest, ReplacesASetByAnotherVersionAndTheOtherType) {
  TestCard card(CardKeys(), {});
  ASSERT_EQ(card.Open(0x03), "9000");
  const KeyType other =
      GetParam() == KeyType::kAes ? KeyType::kDes : KeyType::kAes;
  const KeySet keys = OtherKeys(other, 0x01);
  EXPECT_EQ(Put(card, keys, "80D83081"), Success(keys));
  EXPECT_EQ(card.Send("8050300008000102030405060700"), "6A88");
  EXPECT_EQ(OpenWith(card, keys.Clone()), "9000");
  const std::string protocol = other == KeyType::kAes ? "0370" : "0255";
  EXPECT_EQ(card.Secure("80CA006600").substr(98), protocol + "9000");
}

TEST_P(PutKeyTest, TheFirstSetTakesThePlaceOfTheFactorys) {
  TestCard card(Version(CardKeys(), 0xFF), {});
  ASSERT_EQ(card.Open(0x03), "9000");
  const KeySet keys = OtherKeys(GetParam(), 0x01);
  EXPECT_EQ(Put(card, keys), Success(keys));
  EXPECT_EQ(card.Send("8050FF0008000102030405060700"), "6A88");
  EXPECT_EQ(OpenWith(card, keys.Clone()), "9000");
  EXPECT_EQ(card.Secure(kReadKeys).substr(0, 4), "E012");
}

TEST_P(PutKeyTest, ReplacesOneKey) {
  for (const int id : {1, 2, 3}) {
    TestCard card(CardKeys(), {});
    ASSERT_EQ(card.Open(0x03), "9000");
    KeySet keys = CardKeys();
    SecretBytes* const places[] = {&keys.enc, &keys.mac, &keys.dek};
    *places[id - 1] = SecretBytes::CopyOf(Bytes(16, 0x5A));
    const SecretBytes& key = *places[id - 1];
    EXPECT_EQ(
        card.Secure(Command(absl::StrCat("80D8300", id),
                            "30" + Field(card.host(), GetParam(), key))),
        absl::StrCat("30", ToHex(*KeyCheckValue(GetParam(), key)), "9000"));
    EXPECT_EQ(OpenWith(card, std::move(keys)), "9000");
  }
}

TEST_P(PutKeyTest, AWrongCheckValueChangesNothing) {
  TestCard card(CardKeys(), {});
  ASSERT_EQ(card.Open(0x03), "9000");
  const KeySet keys = OtherKeys(GetParam(), 0x30);
  std::string data = SetData(card.host(), keys);
  data.back() = data.back() == '0' ? '1' : '0';
  EXPECT_EQ(card.Secure(Command("80D83081", data)), "6A80");
  EXPECT_EQ(OpenWith(card, CardKeys()), "9000");
}

TEST_P(PutKeyTest, AFlippedBitOfAKeyShowsInItsCheckValue) {
  TestCard card(CardKeys(), {});
  ASSERT_EQ(card.Open(0x03), "9000");
  const KeySet keys = OtherKeys(GetParam(), 0x31);
  Bytes data = FromHexOrDie(SetData(card.host(), keys));
  const size_t first = GetParam() == KeyType::kAes ? 4 : 3;
  for (size_t bit = 0; bit < 128; ++bit) {
    data[first + bit / 8] =
        static_cast<uint8_t>(data[first + bit / 8] ^ (1u << (bit % 8)));
    EXPECT_EQ(card.Secure(Command("80D80081", ToHex(data))), "6A80") << bit;
    data[first + bit / 8] =
        static_cast<uint8_t>(data[first + bit / 8] ^ (1u << (bit % 8)));
  }
  EXPECT_EQ(card.Secure(Command("80D80081", ToHex(data))), Success(keys));
}

TEST_P(PutKeyTest, TakesKeysWithoutACheckValueAndTellsIt) {
  TestCard card(CardKeys(), {});
  ASSERT_EQ(card.Open(0x03), "9000");
  const KeySet keys = OtherKeys(GetParam(), 0x31);
  std::string data = "31";
  for (const SecretBytes* key : {&keys.enc, &keys.mac, &keys.dek}) {
    std::string field = Field(card.host(), keys.type, *key);
    absl::StrAppend(&data, field.substr(0, field.size() - 8), "00");
  }
  EXPECT_EQ(card.Secure(Command("80D80081", data)), Success(keys));
}

TEST_P(PutKeyTest, WantsASession) {
  TestCard card(CardKeys(), {});
  EXPECT_EQ(card.Send("80D800810131"), "6982");
}

TEST_P(PutKeyTest, RefusesVersionsThatAreThereOrAreNot) {
  TestCard card(CardKeys(), {});
  ASSERT_EQ(card.Open(0x03), "9000");
  EXPECT_EQ(Put(card, OtherKeys(GetParam(), 0x30)), "6A80");
  EXPECT_EQ(Put(card, OtherKeys(GetParam(), 0x32), "80D83281"), "6A88");
  EXPECT_EQ(
      card.Secure(Command(
          "80D83201", "32" + Field(card.host(), GetParam(), SecretBytes(16)))),
      "6A88");
  EXPECT_EQ(OpenWith(card, CardKeys()), "9000");
}

TEST_P(PutKeyTest, RefusesASetOfTwoTypes) {
  TestCard card(CardKeys(), {});
  ASSERT_EQ(card.Open(0x03), "9000");
  const SecretBytes key(16);
  const std::string des = Field(card.host(), KeyType::kDes, key);
  const std::string aes = Field(card.host(), KeyType::kAes, key);
  EXPECT_EQ(card.Secure(Command("80D80081", "31" + des + des + aes)), "6A80");
  EXPECT_EQ(card.Secure(Command("80D80081", "31" + des + aes + des)), "6A80");
}

TEST_P(PutKeyTest, RefusesOneKeyOfAnotherKind) {
  TestCard card(CardKeys(), {});
  ASSERT_EQ(card.Open(0x03), "9000");
  const KeyType other =
      GetParam() == KeyType::kAes ? KeyType::kDes : KeyType::kAes;
  const SecretBytes key(16);
  EXPECT_EQ(
      card.Secure(Command("80D83001", "30" + Field(card.host(), other, key))),
      "6A80");
  EXPECT_EQ(card.Secure(Command("80D83001",
                                "31" + Field(card.host(), GetParam(), key))),
            "6A80");
  EXPECT_EQ(card.Secure(Command("80D80001",
                                "30" + Field(card.host(), GetParam(), key))),
            "6A80");
}

TEST_P(PutKeyTest, DeletesASetThatIsNotInUse) {
  TestCard card(CardKeys(), {});
  ASSERT_EQ(card.Open(0x03), "9000");
  ASSERT_EQ(Put(card, OtherKeys(GetParam(), 0x31)).substr(0, 2), "31");
  EXPECT_EQ(card.Secure("80E4000003D20130"), "6985");
  EXPECT_EQ(card.Secure("80E4000003D20132"), "6A88");
  EXPECT_EQ(card.Secure("80E4000003D20131"), "009000");
  EXPECT_EQ(card.Secure("80E4000003D20131"), "6A88");
  EXPECT_EQ(card.Secure(kReadKeys).substr(0, 4), "E012");
}

TEST_P(PutKeyTest, RefusesToDeleteLessThanASet) {
  TestCard card(CardKeys(), {});
  ASSERT_EQ(card.Open(0x03), "9000");
  ASSERT_EQ(Put(card, OtherKeys(GetParam(), 0x31)).substr(0, 2), "31");
  EXPECT_EQ(card.Secure("80E4000006D00101D20131"), "6985");
  EXPECT_EQ(card.Secure("80E4000006D20131D00103"), "6985");
  EXPECT_EQ(card.Secure("80E4000006D00101D20132"), "6A88");
  EXPECT_EQ(card.Secure("80E4000006D00104D20131"), "6A88");
  EXPECT_EQ(card.Secure("80E4000006D00100D20131"), "6A88");
  EXPECT_EQ(card.Secure("80E4000007D0020101D20131"), "6A80");
  EXPECT_EQ(card.Secure("80E4000006D20131D20131"), "6A80");
  EXPECT_EQ(card.Secure("80E4000009D00101D201314F0105"), "6A80");
  EXPECT_EQ(card.Secure("80E4000003D00101"), "6A80");
  EXPECT_EQ(card.Secure("80E4000004D2023131"), "6A80");
  EXPECT_EQ(card.Secure("80E4008003D20131"), "6A86");
  EXPECT_EQ(card.Secure(kReadKeys).substr(0, 4), "E024");
}

// AES keys of all lengths under AES; those of 24 bytes are padded.
TEST(PutKeyAesTest, TakesAllLengths) {
  for (const size_t size : {16u, 24u, 32u}) {
    TestCard card(TestKeys(), {});
    ASSERT_EQ(card.Open(0x03), "9000");
    const KeySet keys = OtherKeys(KeyType::kAes, 0x30, size);
    EXPECT_EQ(Put(card, keys, "80D83081"), Success(keys)) << size;
    EXPECT_EQ(OpenWith(card, keys.Clone()), "9000");
  }
}

}  // namespace
}  // namespace cardferry::cardsim
