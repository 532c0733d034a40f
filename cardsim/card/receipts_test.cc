#include "cardsim/card/receipts.h"

#include <string>
#include <vector>

#include "cardsim/testing/content_vectors.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

// AIDs with their lengths.
std::vector<card::Aid> Aids(ByteSpan fields) {
  std::vector<card::Aid> aids;
  while (!fields.empty()) {
    aids.push_back(*card::Aid::Create(fields.subspan(1, fields[0])));
    fields.remove_prefix(1u + fields[0]);
  }
  return aids;
}

TEST(ReceiptsTest, AreThoseOfTheVectors) {
  const auto vectors = ContentVectors("receipt");
  ASSERT_GE(vectors.size(), 16u);
  for (const ContentVector& vector : vectors) {
    // 02 counter (2) | length | card's unique data
    const ByteSpan confirmed = vector.confirmation_data;
    ASSERT_EQ(confirmed[0], 2);
    const uint16_t counter =
        static_cast<uint16_t>(confirmed[1] << 8 | confirmed[2]);
    ASSERT_OK_AND_ASSIGN(
        const Bytes answer,
        MakeConfirmation(
            vector.key, counter, confirmed.subspan(4),
            Aids(ByteSpan(vector.message).subspan(confirmed.size()))));
    Bytes expected = {static_cast<uint8_t>(vector.signature.size())};
    Append(expected, vector.signature);
    Append(expected, confirmed);
    EXPECT_EQ(ToHex(answer), ToHex(expected)) << vector.name;
  }
}

}  // namespace
}  // namespace cardferry::cardsim
