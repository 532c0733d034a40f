#include "cli/render/table.h"

#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

TEST(Table, IsAsWideAsItsWidestCells) {
  Table table({"name", "n"});
  EXPECT_TRUE(table.empty());
  table.Add({"a", "1"});
  table.Add({"longer one", "22"});
  EXPECT_EQ(table.Render(),
            "NAME        N\n"
            "a           1\n"
            "longer one  22\n");
}

TEST(Table, LeavesNothingBehindTheLastCell) {
  Table table({"a", "b", ""});
  table.Add({"1", "2", ""});
  table.Add({"1", "", ""});
  EXPECT_EQ(table.Render(), "A  B\n1  2\n1\n");
}

TEST(Table, CountsCharactersNotBytes) {
  Table table({"name", "n"});
  table.Add({"M\xC3\xBCnchen", "1"});
  table.Add({"Bonn", "2"});
  EXPECT_EQ(table.Render(), "NAME     N\nM\xC3\xBCnchen  1\nBonn     2\n");
}

}  // namespace
}  // namespace cardferry::cli
