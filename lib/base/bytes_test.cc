#include "lib/base/bytes.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry {
namespace {

TEST(BytesTest, HexIsUpperCaseWithTwoDigitsAByte) {
  EXPECT_EQ(ToHex({0x00, 0x0A, 0xFF}), "000AFF");
  EXPECT_EQ(ToHex({}), "");
}

TEST(BytesTest, ReadsHexOfEitherCase) {
  EXPECT_THAT(FromHex("00aAfF"), IsOkAndHolds(Bytes{0x00, 0xAA, 0xFF}));
  EXPECT_THAT(FromHex(""), IsOkAndHolds(Bytes{}));
}

TEST(BytesTest, RefusesHalfAByteAndOtherCharactersWithoutRepeatingThem) {
  EXPECT_THAT(FromHex("123"), StatusIs(absl::StatusCode::kInvalidArgument,
                                       "odd number of hexadecimal digits"));
  EXPECT_THAT(FromHex("1G"), StatusIs(absl::StatusCode::kInvalidArgument,
                                      "not a hexadecimal digit"));
}

TEST(BytesTest, ConcatKeepsTheOrder) {
  EXPECT_EQ(Concat({Bytes{1, 2}, Bytes{}, Bytes{3}}), (Bytes{1, 2, 3}));
}

TEST(BytesTest, TextAndBytesRoundTripThroughZeroBytes) {
  const std::string text("a\0b", 3);
  EXPECT_EQ(AsString(AsBytes(text)), text);
}

TEST(BytesTest, EveryFlippedBitMakesBytesUnequal) {
  const Bytes original = FromHexOrDie("00112233445566778899AABBCCDDEEFF");
  EXPECT_TRUE(ConstantTimeEqual(original, original));
  for (size_t bit = 0; bit < original.size() * 8; ++bit) {
    Bytes flipped = original;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1u << bit % 8);
    EXPECT_FALSE(ConstantTimeEqual(original, flipped)) << bit;
  }
}

TEST(BytesTest, DifferentLengthsAreUnequal) {
  EXPECT_FALSE(ConstantTimeEqual(Bytes{1}, Bytes{1, 0}));
  EXPECT_TRUE(ConstantTimeEqual({}, {}));
}

}  // namespace
}  // namespace cardferry
