#include "cardsim/card_error.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

TEST(CardErrorTest, CarriesItsStatusWord) {
  for (int value = 0x6100; value <= 0x6FFF; ++value) {
    const card::StatusWord sw(static_cast<uint16_t>(value));
    const absl::Status status = CardError(sw, "why");
    EXPECT_FALSE(status.ok());
    EXPECT_EQ(StatusWordOf(status), sw);
  }
}

TEST(CardErrorTest, OkIs9000AndAForeignErrorIs6F00) {
  EXPECT_EQ(StatusWordOf(absl::OkStatus()).value(), 0x9000);
  EXPECT_EQ(StatusWordOf(absl::InternalError("elsewhere")).value(), 0x6F00);
}

TEST(CardErrorTest, TheCodeFollowsTheStatusWord) {
  EXPECT_THAT(
      CardError(kSecurityNotSatisfied, "no session"),
      StatusIs(absl::StatusCode::kUnauthenticated, std::string("no session")));
  EXPECT_THAT(CardError(kConditionsNotSatisfied, ""),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(CardError(kNoSpace, ""),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(CardError(kReferencedDataNotFound, ""),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(CardError(kInsNotSupported, ""),
              StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_THAT(CardError(kInternalError, ""),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(CardError(kWrongData, ""),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::cardsim
