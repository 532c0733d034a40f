#include "lib/card/sm/send_sequence_counter.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::sm {
namespace {

std::string After(absl::string_view start, uint64_t steps) {
  const auto counter = SendSequenceCounter::Create(FromHexOrDie(start));
  return counter.ok() ? ToHex(counter->After(steps).bytes()) : "";
}

TEST(SendSequenceCounterTest, CountsFromItsLastByteUpwards) {
  EXPECT_EQ(After("887022120C06C226", 0), "887022120C06C226");
  EXPECT_EQ(After("887022120C06C226", 1), "887022120C06C227");
  EXPECT_EQ(After("00000000000000FF", 1), "0000000000000100");
  EXPECT_EQ(After("00000000FFFFFFFF", 0x102), "0000000100000101");
  EXPECT_EQ(After("000000000000000000000000000000FF", 0x12345678),
            "00000000000000000000000012345777");
}

TEST(SendSequenceCounterTest, TheLargestIsFollowedByZero) {
  EXPECT_EQ(After("FFFFFFFFFFFFFFFF", 2), "0000000000000001");
}

TEST(SendSequenceCounterTest, HasEightOrSixteenBytes) {
  for (const size_t size : {0u, 7u, 9u, 15u, 17u}) {
    EXPECT_THAT(SendSequenceCounter::Create(Bytes(size)),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << size;
  }
}

}  // namespace
}  // namespace cardferry::sm
