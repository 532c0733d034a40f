#include "lib/card/sm/padding.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::sm {
namespace {

TEST(SmPaddingTest, AddsAtLeastOneByteAndEndsOnAWholeBlock) {
  EXPECT_EQ(ToHex(Padded({}, 8)), "8000000000000000");
  EXPECT_EQ(ToHex(Padded(FromHexOrDie("01020304050607"), 8)),
            "0102030405060780");
  EXPECT_EQ(ToHex(Padded(FromHexOrDie("0102030405060708"), 8)),
            "01020304050607088000000000000000");
}

TEST(SmPaddingTest, IsTakenOffAgain) {
  for (size_t size = 0; size < 40; ++size) {
    const Bytes data(size, 0x80);
    EXPECT_THAT(Unpadded(Padded(data, 16), 16), IsOkAndHolds(data)) << size;
  }
}

TEST(SmPaddingTest, RefusesWhatIsNoPadding) {
  for (const char* hex :
       {"", "0000000000000000", "0102030405060708", "8100000000000000",
        "01020304050607088000000000000000"
        "0000000000000000"}) {
    EXPECT_THAT(Unpadded(FromHexOrDie(hex), 8),
                StatusIs(absl::StatusCode::kDataLoss))
        << hex;
  }
}

}  // namespace
}  // namespace cardferry::sm
