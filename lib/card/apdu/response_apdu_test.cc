#include "lib/card/apdu/response_apdu.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

TEST(ResponseApduTest, SplitsDataFromTheStatusWord) {
  ASSERT_OK_AND_ASSIGN(const ResponseApdu answer,
                       ResponseApdu::Parse(FromHexOrDie("0102039000")));
  EXPECT_EQ(answer.data, FromHexOrDie("010203"));
  EXPECT_EQ(answer.sw, kSuccess);
}

TEST(ResponseApduTest, EncodesWhatItRead) {
  for (const char* hex : {"9000", "6A84", "009000"}) {
    ASSERT_OK_AND_ASSIGN(const ResponseApdu answer,
                         ResponseApdu::Parse(FromHexOrDie(hex)));
    EXPECT_EQ(ToHex(answer.Encode()), hex);
  }
}

TEST(ResponseApduTest, AnAnswerWithoutStatusWordIsALostOne) {
  for (const size_t length : {0u, 1u}) {
    EXPECT_THAT(ResponseApdu::Parse(Bytes(length, 0x90)),
                StatusIs(absl::StatusCode::kUnavailable));
  }
}

TEST(ResponseApduTest, TakesTheLargestAnswerAndRefusesALargerOne) {
  EXPECT_OK(ResponseApdu::Parse(Bytes(65538)));
  EXPECT_THAT(ResponseApdu::Parse(Bytes(65539)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::card
