#include "agent/reader_filter.h"

#include "gtest/gtest.h"

namespace cardferry::agent {
namespace {

TEST(ReaderFilterTest, PatternsAreWholeNamesWithStarsAndQuestionMarks) {
  struct Row {
    const char* name;
    const char* pattern;
    bool matches;
  };
  const Row rows[] = {
      {"Virtual PCD 00 00", "Virtual PCD 00 00", true},
      {"Virtual PCD 00 00", "Virtual PCD", false},
      {"Virtual PCD 00 00", "Virtual PCD*", true},
      {"Virtual PCD 00 00", "*00", true},
      {"Virtual PCD 00 01", "*00", false},
      {"Virtual PCD 00 01", "Virtual PCD 0? 0?", true},
      {"Virtual PCD 00 01", "*PCD*1", true},
      {"Virtual PCD 00 01", "*pcd*", false},
      {"aab", "*ab", true},
      {"aab", "a*a?b", false},
      {"axayb", "a*a?b", true},
      {"R [contactless] (1)", "R [contactless] (1)", true},
      {"", "", true},
      {"", "*", true},
      {"", "?", false},
      {"a", "", false},
      {"a", "**", true},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(MatchesPattern(row.name, row.pattern), row.matches)
        << row.name << " / " << row.pattern;
  }
}

TEST(ReaderFilterTest, WithoutPatternsEveryReaderIsServed) {
  EXPECT_TRUE(ReaderFilter().Serves("any"));
}

TEST(ReaderFilterTest, ServesWhatIsNamedAndNothingElse) {
  const ReaderFilter filter{{"A*", "B 1"}, {}};
  EXPECT_TRUE(filter.Serves("A 7"));
  EXPECT_TRUE(filter.Serves("B 1"));
  EXPECT_FALSE(filter.Serves("B 2"));
}

TEST(ReaderFilterTest, AnIgnoredReaderIsNotServedEvenWhenItIsNamed) {
  const ReaderFilter filter{{"A*"}, {"*SAM*"}};
  EXPECT_TRUE(filter.Serves("A 7"));
  EXPECT_FALSE(filter.Serves("A SAM 7"));
}

}  // namespace
}  // namespace cardferry::agent
