#include "services/sequencer/files/file_tree.h"

#include "gtest/gtest.h"

namespace cardferry::sequencer {
namespace {

TEST(FileTreeTest, WritesPathsAsPeopleDo) {
  EXPECT_EQ(PathText({}), "MF");
  EXPECT_EQ(PathText({card::FileId(0x5000)}), "5000");
  EXPECT_EQ(PathText({card::FileId(0x5000), card::FileId(0x01AB)}),
            "5000/01AB");
}

}  // namespace
}  // namespace cardferry::sequencer
