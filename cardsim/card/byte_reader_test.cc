#include "cardsim/card/byte_reader.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

TEST(ByteReaderTest, TakesFieldsInOrder) {
  const Bytes bytes = FromHexOrDie("01020302AABB");
  ByteReader reader(bytes);
  EXPECT_THAT(reader.TakeU8(), IsOkAndHolds(0x01));
  EXPECT_THAT(reader.TakeU16(), IsOkAndHolds(0x0203));
  EXPECT_FALSE(reader.AtEnd());
  ASSERT_OK_AND_ASSIGN(const ByteSpan field, reader.TakeLengthPrefixed());
  EXPECT_EQ(ToHex(field), "AABB");
  EXPECT_TRUE(reader.AtEnd());
}

TEST(ByteReaderTest, RefusesToReadPastTheEndAndStaysWhereItWas) {
  const Bytes bytes = {0x05};
  ByteReader reader(bytes);
  EXPECT_EQ(StatusWordOf(reader.TakeU16().status()), kWrongData);
  EXPECT_EQ(StatusWordOf(reader.Take(2).status()), kWrongData);
  EXPECT_EQ(reader.remaining(), 1u);
  EXPECT_EQ(StatusWordOf(reader.TakeLengthPrefixed().status()), kWrongData);
  EXPECT_EQ(StatusWordOf(reader.TakeU8().status()), kWrongData);
}

}  // namespace
}  // namespace cardferry::cardsim
