#include "lib/base/status_macros.h"

#include <memory>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry {
namespace {

absl::StatusOr<std::unique_ptr<int>> Make(int value) {
  if (value < 0) return absl::InvalidArgumentError("negative");
  return std::make_unique<int>(value);
}

absl::StatusOr<int> Sum(int a, int b) {
  ASSIGN_OR_RETURN(const std::unique_ptr<int> first, Make(a));
  ASSIGN_OR_RETURN(const std::unique_ptr<int> second, Make(b));
  return *first + *second;
}

absl::Status Check(int value) {
  RETURN_IF_ERROR(Make(value).status());
  return absl::NotFoundError("reached the end");
}

TEST(StatusMacrosTest, AssignsMoveOnlyValues) {
  EXPECT_THAT(Sum(2, 3), IsOkAndHolds(5));
}

TEST(StatusMacrosTest, ReturnsTheFirstErrorUnchanged) {
  EXPECT_THAT(Sum(2, -1),
              StatusIs(absl::StatusCode::kInvalidArgument, "negative"));
  EXPECT_THAT(Check(-1),
              StatusIs(absl::StatusCode::kInvalidArgument, "negative"));
}

TEST(StatusMacrosTest, GoesOnWhenThereIsNoError) {
  EXPECT_THAT(Check(1),
              StatusIs(absl::StatusCode::kNotFound, "reached the end"));
}

TEST(StatusMacrosTest, AnnotateKeepsTheCodeAndLeavesOkAlone) {
  EXPECT_THAT(Annotate(absl::DataLossError("bad MAC"), "card 1"),
              StatusIs(absl::StatusCode::kDataLoss, "card 1: bad MAC"));
  EXPECT_OK(Annotate(absl::OkStatus(), "card 1"));
}

}  // namespace
}  // namespace cardferry
