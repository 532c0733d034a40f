#include "cardsim/channel/key_set.h"

#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

TEST(KeySetTest, ACloneHasItAll) {
  const KeySet keys = TestDesKeys();
  const KeySet clone = keys.Clone();
  EXPECT_EQ(clone.type, KeyType::kDes);
  EXPECT_TRUE(clone.enc.Equals(keys.enc));
  EXPECT_TRUE(clone.mac.Equals(keys.mac));
  EXPECT_TRUE(clone.dek.Equals(keys.dek));
  EXPECT_FALSE(clone.enc.Equals(clone.mac));
  EXPECT_EQ(clone.version, 0x30);
  EXPECT_EQ(clone.diversification_data, keys.diversification_data);
}

TEST(KeySetTest, TakesTheLengthsOfEachTypeAlone) {
  for (size_t size = 0; size <= 33; ++size) {
    KeySet keys = TestKeys(size);
    const bool aes = size == 16 || size == 24 || size == 32;
    EXPECT_EQ(CheckKeySet(keys).ok(), aes) << size;
    keys.type = KeyType::kDes;
    EXPECT_EQ(CheckKeySet(keys).ok(), size == 16) << size;
  }
}

TEST(KeySetTest, RefusesThreeKeysOfDifferentLengths) {
  KeySet keys = TestKeys();
  keys.mac = SecretBytes(24);
  EXPECT_THAT(CheckKeySet(keys), StatusIs(absl::StatusCode::kInvalidArgument));
  keys = TestKeys();
  keys.dek = SecretBytes(24);
  EXPECT_THAT(CheckKeySet(keys), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(KeySetTest, NewKeysCountFromZeroAsTheirProtocolShowsIt) {
  EXPECT_EQ(FreshCounters(KeyType::kDes).sequence, 0u);
  EXPECT_EQ(FreshCounters(KeyType::kAes).sequence, 1u);
  EXPECT_EQ(FreshCounters(KeyType::kAes).failures, 0);
}

}  // namespace
}  // namespace cardferry::cardsim
