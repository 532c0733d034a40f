// What the rows of status words do not show: what is where after a write.
#include "cardsim/files/file_content.h"

#include "cardsim/files/testing/file_host.h"
#include "gtest/gtest.h"

namespace cardferry::cardsim {
namespace {

TEST(FileContentTest, WritesWhereTheOffsetSays) {
  FileTestCard card;
  ASSERT_EQ(card.CreateBinary("0101", "06"), "9000");
  EXPECT_EQ(card.Send("00D6000102AABB"), "9000");
  EXPECT_EQ(card.Send("00B0000000"), "00AABB0000009000");
  EXPECT_EQ(card.Send("00D70000075401045302CCDD"), "9000");
  EXPECT_EQ(card.Send("00B0000000"), "00AABB00CCDD9000");
  EXPECT_EQ(card.Send("00B0000402"), "CCDD9000");
}

TEST(FileContentTest, ReachesOffsetsThatP1P2CannotName) {
  FileTestCard card;
  ASSERT_EQ(card.CreateBinary("0101", "018000"), "9000");
  EXPECT_EQ(card.Send("00D70000095403017FFE5302AABB"), "9000");
  EXPECT_EQ(card.Send("00B10000055403017FFE04"), "5302AABB9000");
  EXPECT_EQ(card.Send("00B1000005540301800004"), "6B00");
}

TEST(FileContentTest, VariableRecordsKeepTheirLengths) {
  FileTestCard card;
  ASSERT_EQ(card.CreateRecords("04", "0101", "03", "02"), "9000");
  EXPECT_EQ(card.Send("00E20000020102"), "9000");
  EXPECT_EQ(card.Send("00E2000003030405"), "9000");
  EXPECT_EQ(card.Send("00DC010401FF"), "9000");
  EXPECT_EQ(card.Send("00B2010400"), "FF9000");
  EXPECT_EQ(card.Send("00B2020400"), "0304059000");
}

TEST(FileContentTest, AnEfOfAShortIdentifierIsCurrentFromThenOn) {
  FileTestCard card;
  // 0101 has the short identifier 2, 0102 has none.
  EXPECT_EQ(card.Send("00E000000F620D82010183020101800101880110"), "9000");
  ASSERT_EQ(card.CreateBinary("0102", "01"), "9000");
  EXPECT_EQ(card.Send("00D6820001AA"), "9000");
  EXPECT_EQ(card.Send("00B0000000"), "AA9000");
}

}  // namespace
}  // namespace cardferry::cardsim
