#include "lib/card/cap/java_card_version.h"

#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

using testing::Eq;
using testing::Optional;

std::optional<JavaCardVersion> First(const std::string& aid, uint8_t minor,
                                     uint8_t major = 1) {
  return FirstReleaseWith({*Aid::FromHex(aid), major, minor});
}

TEST(JavaCardVersionTest, TextHasTwoOrThreeNumbers) {
  EXPECT_THAT(ParseJavaCardVersion("3.0.4"),
              IsOkAndHolds(JavaCardVersion{3, 0, 4}));
  EXPECT_THAT(ParseJavaCardVersion("3.1"),
              IsOkAndHolds(JavaCardVersion{3, 1, 0}));
  EXPECT_EQ((JavaCardVersion{2, 2, 1}).ToString(), "2.2.1");
  for (const char* const wrong : {"", "3", "3.", "3.0.4.1", "3.0.4 ", "+3.0",
                                  "3.-1", "03.1", "3.100", "three.1"}) {
    EXPECT_THAT(ParseJavaCardVersion(wrong),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << wrong;
  }
}

TEST(JavaCardVersionTest, OrderIsByMajorMinorPatch) {
  EXPECT_LT((JavaCardVersion{2, 2, 2}), (JavaCardVersion{3, 0, 1}));
  EXPECT_LT((JavaCardVersion{3, 0, 5}), (JavaCardVersion{3, 1, 0}));
  EXPECT_LT((JavaCardVersion{3, 0, 4}), (JavaCardVersion{3, 0, 5}));
  EXPECT_FALSE((JavaCardVersion{3, 0, 4}) < (JavaCardVersion{3, 0, 4}));
}

TEST(JavaCardVersionTest, AnImportTellsTheFirstReleaseThatHasIt) {
  EXPECT_THAT(First("A0000000620101", 0), Optional(JavaCardVersion{2, 1, 1}));
  EXPECT_THAT(First("A0000000620101", 3), Optional(JavaCardVersion{2, 2, 2}));
  EXPECT_THAT(First("A0000000620101", 5), Optional(JavaCardVersion{3, 0, 4}));
  EXPECT_THAT(First("A0000000620101", 8), Optional(JavaCardVersion{3, 1, 0}));
  EXPECT_THAT(First("A0000000620101", 9), Optional(JavaCardVersion{3, 2, 0}));
  EXPECT_THAT(First("A0000000620102", 7), Optional(JavaCardVersion{3, 1, 0}));
  EXPECT_THAT(First("A000000062020801", 1), Optional(JavaCardVersion{3, 0, 5}));
}

TEST(JavaCardVersionTest, WhatNobodyKnowsYetNeedsAtLeastTheLastRelease) {
  EXPECT_THAT(First("A0000000620101", 10), Optional(JavaCardVersion{3, 2, 0}));
  EXPECT_THAT(First("A0000000620209", 7), Optional(JavaCardVersion{3, 2, 0}));
  EXPECT_THAT(First("A0000000620101", 0, 2),
              Optional(JavaCardVersion{3, 2, 0}));
}

TEST(JavaCardVersionTest, OtherPackagesTellNothing) {
  EXPECT_THAT(First("A0000000620001", 0), Eq(std::nullopt));  // java.lang
  EXPECT_THAT(First("A00000015100", 6), Eq(std::nullopt));
  EXPECT_THAT(First("F043464552525902", 0), Eq(std::nullopt));
}

}  // namespace
}  // namespace cardferry::card
