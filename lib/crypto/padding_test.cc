#include "lib/crypto/padding.h"

#include "gtest/gtest.h"

namespace cardferry::crypto {
namespace {

TEST(Iso9797PaddedTest, AddsOneByteToAWholeBlock) {
  EXPECT_EQ(ToHex(Iso9797Padded({}, 8)), "8000000000000000");
  EXPECT_EQ(ToHex(Iso9797Padded(Bytes(3, 0x11), 8)), "1111118000000000");
  EXPECT_EQ(ToHex(Iso9797Padded(Bytes(7, 0x11), 8)), "1111111111111180");
  EXPECT_EQ(ToHex(Iso9797Padded(Bytes(8, 0x11), 8)),
            "11111111111111118000000000000000");
}

TEST(Iso9797PaddedTest, PadsToTheBlockThatIsAskedFor) {
  for (size_t length = 0; length <= 48; ++length) {
    EXPECT_EQ(Iso9797Padded(Bytes(length), 16).size(), (length / 16 + 1) * 16);
  }
}

}  // namespace
}  // namespace cardferry::crypto
