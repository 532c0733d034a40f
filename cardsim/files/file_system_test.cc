// What the rows of status words do not show: which file is current, and how
// much there is room for.
#include "cardsim/files/file_system.h"

#include "cardsim/files/testing/file_host.h"
#include "gtest/gtest.h"

namespace cardferry::cardsim {
namespace {

TEST(FileSystemTest, ANewFileIsTheCurrentOne) {
  FileTestCard card;
  EXPECT_EQ(card.CreateDf("5000"), "9000");
  EXPECT_EQ(card.CreateBinary("0101", "02"), "9000");
  EXPECT_EQ(card.Send("00D6000002AABB"), "9000");
  EXPECT_EQ(card.Send("00A4080C0450000101"), "9000");
  EXPECT_EQ(card.Send("00B0000000"), "AABB9000");
}

TEST(FileSystemTest, AFailedCreateFileLeavesNoOtherEfCurrent) {
  FileTestCard card;
  EXPECT_EQ(card.CreateBinary("0101", "02"), "9000");
  EXPECT_EQ(card.Send("00A4000C023F00"), "9000");
  EXPECT_EQ(card.CreateBinary("0101", "02"), "6A89");
  EXPECT_EQ(card.Send("00D6000002AABB"), "6986");
}

TEST(FileSystemTest, AFailedSelectLeavesTheCurrentFile) {
  FileTestCard card;
  EXPECT_EQ(card.CreateBinary("0101", "02"), "9000");
  EXPECT_EQ(card.Send("00A4000C029999"), "6A82");
  EXPECT_EQ(card.Send("00B0000000"), "00009000");
}

TEST(FileSystemTest, FindsTheSiblingsAndTheParentOfTheCurrentDf) {
  FileTestCard card;
  EXPECT_EQ(card.CreateDf("5000"), "9000");
  EXPECT_EQ(card.CreateDf("5100"), "9000");
  EXPECT_EQ(card.Send("00A4030C"), "9000");
  EXPECT_EQ(card.CreateDf("5200"), "9000");
  EXPECT_EQ(card.Send("00A4000C025100"), "9000");  // a sibling
  EXPECT_EQ(card.Send("00A4000C025000"), "9000");  // the parent
  EXPECT_EQ(card.Send("00A4000C025000"), "9000");  // itself
  EXPECT_EQ(card.Send("00A4010C025200"), "9000");  // a child
}

TEST(FileSystemTest, FilesAreEightLevelsDeep) {
  FileTestCard card;
  for (int depth = 0; depth < 7; ++depth) {
    EXPECT_EQ(card.CreateDf("5000"), "9000") << depth;
  }
  EXPECT_EQ(card.CreateBinary("0101", "01"), "9000");
  EXPECT_EQ(card.CreateDf("5000"), "9000");
  EXPECT_EQ(card.CreateBinary("0101", "01"), "6A84");
}

TEST(FileSystemTest, DeletedFilesGiveTheirMemoryBack) {
  FileTestCard card(FileTestKeys(KeyType::kDes), {32 + 32 + 100, 10, {}});
  EXPECT_EQ(card.CreateBinary("0101", "65"), "6A84");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(card.CreateBinary("0101", "64"), "9000");
    EXPECT_EQ(card.CreateBinary("0102", "01"), "6A84");
    EXPECT_EQ(card.Send("00E40000020101"), "9000");
  }
}

}  // namespace
}  // namespace cardferry::cardsim
