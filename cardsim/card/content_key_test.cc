#include "cardsim/card/content_key.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "cardsim/testing/content_vectors.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

// 3 hashes more than SHA-1 of 10 keys each.
TEST(ContentKeyTest, VerifiesTheDapsOfAllKindsOfKeys) {
  const std::vector<ContentVector> vectors = ContentVectors("dap");
  ASSERT_GE(vectors.size(), 40u);
  for (const ContentVector& vector : vectors) {
    EXPECT_THAT(vector.key.Verifies(vector.message, vector.signature),
                IsOkAndHolds(true))
        << vector.name;
  }
}

TEST(ContentKeyTest, NoBitOfSignatureOrMessageCanChange) {
  for (const ContentVector& vector : ContentVectors("dap")) {
    if (!absl::StrContains(vector.name, "sha256")) continue;
    for (size_t bit = 0; bit < 8 * vector.signature.size(); bit += 37) {
      Bytes changed = vector.signature;
      changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      EXPECT_THAT(vector.key.Verifies(vector.message, changed),
                  IsOkAndHolds(false))
          << vector.name << " " << bit;
    }
    for (size_t bit = 0; bit < 8 * vector.message.size(); bit += 37) {
      Bytes changed = vector.message;
      changed[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      EXPECT_THAT(vector.key.Verifies(changed, vector.signature),
                  IsOkAndHolds(false))
          << vector.name << " " << bit;
    }
    Bytes cut = vector.signature;
    cut.pop_back();
    EXPECT_THAT(vector.key.Verifies(vector.message, cut), IsOkAndHolds(false));
  }
}

TEST(ContentKeyTest, OnlySymmetricOnesMakeReceipts) {
  for (const ContentVector& vector : ContentVectors("dap")) {
    EXPECT_EQ(vector.key.Mac(vector.message).ok(), vector.key.is_secret());
    EXPECT_EQ(vector.key.is_secret(), vector.is_symmetric) << vector.name;
  }
}

TEST(ContentKeyTest, HasTheLengthOfItsType) {
  EXPECT_OK(ContentKey::Symmetric(KeyType::kDes, SecretBytes(16)));
  EXPECT_OK(ContentKey::Symmetric(KeyType::kAes, SecretBytes(24)));
  EXPECT_THAT(ContentKey::Symmetric(KeyType::kDes, SecretBytes(24)),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ContentKey::Symmetric(KeyType::kAes, SecretBytes(15)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::cardsim
