#include "cardsim/channel/key_check_value.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

SecretBytes Key(absl::string_view hex) {
  return SecretBytes::CopyOf(FromHexOrDie(hex));
}

// From published PUT KEY commands: GlobalPlatformPro, javacard-express, a card
// (OpenPhysical/Gp4Net, gp_pro_lock).
TEST(KeyCheckValueTest, IsThatOfPublishedKeys) {
  const struct {
    KeyType type;
    const char* key;
    const char* value;
  } kCases[] = {
      {KeyType::kDes, "404142434445464748494A4B4C4D4E4F", "8BAF47"},
      {KeyType::kDes, "B03DAC79005755CE75BF83C1082C5002", "85ADA2"},
      {KeyType::kAes, "404142434445464748494A4B4C4D4E4F", "504A77"},
      {KeyType::kAes, "000102030405060708090A0B0C0D0E0F", "C35280"},
  };
  for (const auto& test_case : kCases) {
    EXPECT_THAT(KeyCheckValue(test_case.type, Key(test_case.key)),
                IsOkAndHolds(FromHexOrDie(test_case.value)));
  }
}

TEST(KeyCheckValueTest, AnyFlippedBitOfAnAesKeyChangesIt) {
  Bytes key(32);
  const Bytes value = *KeyCheckValue(KeyType::kAes, SecretBytes::CopyOf(key));
  for (size_t bit = 0; bit < key.size() * 8; ++bit) {
    Bytes other = key;
    other[bit / 8] = static_cast<uint8_t>(1u << (bit % 8));
    EXPECT_NE(*KeyCheckValue(KeyType::kAes, SecretBytes::CopyOf(other)), value)
        << bit;
  }
}

TEST(KeyCheckValueTest, RefusesKeysOfOtherLengths) {
  EXPECT_THAT(KeyCheckValue(KeyType::kAes, SecretBytes(15)),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(KeyCheckValue(KeyType::kDes, SecretBytes(8)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::cardsim
