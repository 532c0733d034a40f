#include "services/orchestrator/repository/hex_list.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(HexList, GoesThereAndBack) {
  const std::vector<Bytes> list = {{0xA0, 0x00}, {0xF0}};
  EXPECT_EQ(JoinHex(list), "A000,F0");
  EXPECT_THAT(SplitHex("A000,F0"), IsOkAndHolds(list));
}

TEST(HexList, AnEmptyListIsEmptyText) {
  EXPECT_EQ(JoinHex({}), "");
  EXPECT_THAT(SplitHex(""), IsOkAndHolds(IsEmpty()));
}

TEST(HexList, RefusesWhatIsNotHexadecimal) {
  EXPECT_THAT(SplitHex("A0,0"), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(SplitHex("xy"), StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace cardferry::orchestrator
