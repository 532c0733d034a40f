#include "lib/card/apdu/aid.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

TEST(AidTest, TakesFiveToSixteenBytes) {
  EXPECT_OK(Aid::Create(Bytes(5, 0xA0)));
  EXPECT_OK(Aid::Create(Bytes(16, 0xA0)));
}

TEST(AidTest, RefusesFewerAndMore) {
  EXPECT_THAT(Aid::Create(Bytes(4, 0xA0)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "AID has 4 bytes, must have 5 to 16"));
  EXPECT_THAT(Aid::Create(Bytes(17, 0xA0)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "AID has 17 bytes, must have 5 to 16"));
}

TEST(AidTest, ReadsAndWritesHexadecimal) {
  ASSERT_OK_AND_ASSIGN(const Aid aid, Aid::FromHex("a000000151000000"));
  EXPECT_EQ(aid.ToHex(), "A000000151000000");
}

TEST(AidTest, RefusesWhatIsNoHexadecimal) {
  EXPECT_THAT(Aid::FromHex("A00000015X"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "AID: not a hexadecimal digit"));
}

TEST(AidTest, ComparesByBytes) {
  ASSERT_OK_AND_ASSIGN(const Aid low, Aid::FromHex("A000000001"));
  ASSERT_OK_AND_ASSIGN(const Aid high, Aid::FromHex("A00000000101"));
  EXPECT_TRUE(low < high);
  EXPECT_TRUE(low != high);
  EXPECT_TRUE(low == low);
}

}  // namespace
}  // namespace cardferry::card
