#ifndef CARDFERRY_LIB_BASE_STATUS_MATCHERS_H_
#define CARDFERRY_LIB_BASE_STATUS_MATCHERS_H_

#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry {

inline const absl::Status& StatusOf(const absl::Status& status) {
  return status;
}
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

// Matches an OK Status or StatusOr.
MATCHER(IsOk, "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// Matches a Status or StatusOr with this code.
MATCHER_P(StatusIs, code, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code;
}

// Matches a Status or StatusOr with this code and exactly this message.
MATCHER_P2(StatusIs, code, message, "") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).code() == code &&
         testing::ExplainMatchResult(
             message, std::string(StatusOf(arg).message()), result_listener);
}

// Matches an OK StatusOr whose value matches `matcher`.
MATCHER_P(IsOkAndHolds, matcher, "") {
  if (!arg.ok()) {
    *result_listener << arg.status().ToString();
    return false;
  }
  return testing::ExplainMatchResult(matcher, *arg, result_listener);
}

}  // namespace cardferry

#define EXPECT_OK(expression) EXPECT_THAT(expression, ::cardferry::IsOk())
#define ASSERT_OK(expression) ASSERT_THAT(expression, ::cardferry::IsOk())

// Assigns the value of a StatusOr, or fails the test at once.
#define ASSERT_OK_AND_ASSIGN(target, expression)                          \
  CARDFERRY_ASSERT_OK_AND_ASSIGN_(                                        \
      CARDFERRY_MATCHERS_CONCAT_(cardferry_status_or_, __LINE__), target, \
      expression)
#define CARDFERRY_MATCHERS_CONCAT_INNER_(a, b) a##b
#define CARDFERRY_MATCHERS_CONCAT_(a, b) CARDFERRY_MATCHERS_CONCAT_INNER_(a, b)
#define CARDFERRY_ASSERT_OK_AND_ASSIGN_(holder, target, expression) \
  auto holder = (expression);                                       \
  ASSERT_TRUE(holder.ok()) << holder.status().ToString();           \
  target = *std::move(holder)

#endif  // CARDFERRY_LIB_BASE_STATUS_MATCHERS_H_
