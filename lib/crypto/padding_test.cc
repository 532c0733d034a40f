#include "lib/crypto/padding.h"

#include "gtest/gtest.h"
#include "lib/base/bytes.h"
#include "lib/base/status_matchers.h"

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

TEST(RemoveIso9797PaddingTest, GivesBackWhatWasPadded) {
  for (size_t length = 0; length <= 48; ++length) {
    for (const uint8_t last : Bytes{0x00, 0x80, 0x11}) {
      const Bytes data(length, last);
      Bytes padded = Iso9797Padded(data, 16);
      ASSERT_OK(RemoveIso9797Padding(padded));
      EXPECT_EQ(padded, data) << length;
    }
  }
}

TEST(RemoveIso9797PaddingTest, RefusesWhatWasNotPadded) {
  for (Bytes bytes :
       {Bytes(), Bytes(8), Bytes(8, 0x11), FromHexOrDie("8011000000000000")}) {
    const Bytes before = bytes;
    EXPECT_THAT(RemoveIso9797Padding(bytes),
                StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_EQ(bytes, before);
  }
}

}  // namespace
}  // namespace cardferry::crypto
