#include "lib/store/text.h"

#include <string>

#include "gtest/gtest.h"

namespace cardferry::store {
namespace {

TEST(IsStorableTextTest, TakesEveryLengthOfSequenceAndItsLimits) {
  EXPECT_TRUE(IsStorableText(""));
  EXPECT_TRUE(IsStorableText("\x01~\x7F"));
  EXPECT_TRUE(IsStorableText("\xC2\x80\xDF\xBF"));
  EXPECT_TRUE(IsStorableText("\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80"));
  EXPECT_TRUE(IsStorableText("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"));
}

TEST(IsStorableTextTest, RefusesNul) {
  EXPECT_FALSE(IsStorableText(absl::string_view("\0", 1)));
  EXPECT_FALSE(IsStorableText(absl::string_view("a\0b", 3)));
}

TEST(IsStorableTextTest, RefusesWhatIsNotUtf8) {
  EXPECT_FALSE(IsStorableText("\x80"));              // continuation alone
  EXPECT_FALSE(IsStorableText("\xC1\x81"));          // long form of 'A'
  EXPECT_FALSE(IsStorableText("\xE0\x9F\xBF"));      // long form
  EXPECT_FALSE(IsStorableText("\xED\xA0\x80"));      // surrogate
  EXPECT_FALSE(IsStorableText("\xF0\x8F\xBF\xBF"));  // long form
  EXPECT_FALSE(IsStorableText("\xF4\x90\x80\x80"));  // above U+10FFFF
  EXPECT_FALSE(IsStorableText("\xF5\x80\x80\x80"));
  EXPECT_FALSE(IsStorableText("\xC2z"));
}

TEST(IsStorableTextTest, RefusesEveryTruncation) {
  for (const absl::string_view whole :
       {"\xC2\x80", "\xE0\xA0\x80", "\xF0\x90\x80\x80"}) {
    for (size_t length = 1; length < whole.size(); ++length) {
      EXPECT_FALSE(IsStorableText(whole.substr(0, length)));
    }
  }
}

}  // namespace
}  // namespace cardferry::store
