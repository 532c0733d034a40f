#include "lib/card/apdu/status_word.h"

#include "gtest/gtest.h"

namespace cardferry::card {
namespace {

TEST(StatusWordTest, SplitsIntoItsTwoBytes) {
  constexpr StatusWord kNoSpace(0x6A84);
  EXPECT_EQ(kNoSpace.sw1(), 0x6A);
  EXPECT_EQ(kNoSpace.sw2(), 0x84);
  EXPECT_EQ(StatusWord().value(), 0);
}

TEST(StatusWordPatternTest, MatchesExactlyByDefault) {
  constexpr StatusWordPattern kDefault;
  EXPECT_TRUE(kDefault.Matches(kSuccess));
  EXPECT_FALSE(kDefault.Matches(StatusWord(0x9001)));
  EXPECT_FALSE(kDefault.Matches(StatusWord()));
}

TEST(StatusWordPatternTest, ComparesTheBitsOfItsMaskOnly) {
  constexpr StatusWordPattern kAny63Cx{0x63C5, 0xFFF0};
  EXPECT_TRUE(kAny63Cx.Matches(StatusWord(0x63C0)));
  EXPECT_TRUE(kAny63Cx.Matches(StatusWord(0x63CF)));
  EXPECT_FALSE(kAny63Cx.Matches(StatusWord(0x63D0)));
}

}  // namespace
}  // namespace cardferry::card
