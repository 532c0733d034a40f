#include "services/keyvault/hsm/hsm_status.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

TEST(ForVault, SaysTryLaterWhereThatCanHelp) {
  EXPECT_THAT(ForVault(absl::UnavailableError("gone")),
              StatusIs(absl::StatusCode::kUnavailable, "gone"));
  EXPECT_THAT(ForVault(absl::ResourceExhaustedError("full")),
              StatusIs(absl::StatusCode::kUnavailable, "full"));
  EXPECT_THAT(ForVault(absl::FailedPreconditionError("no object")),
              StatusIs(absl::StatusCode::kUnavailable, "no object"));
}

TEST(ForVault, CallsARefusalOfWhatWorkedBeforeAFault) {
  EXPECT_THAT(ForVault(absl::UnimplementedError("mechanism")),
              StatusIs(absl::StatusCode::kInternal, "mechanism"));
  EXPECT_THAT(ForVault(absl::PermissionDeniedError("usage")),
              StatusIs(absl::StatusCode::kInternal, "usage"));
}

TEST(ForVault, LeavesWhatTheCallerHasToKnow) {
  EXPECT_OK(ForVault(absl::OkStatus()));
  EXPECT_THAT(ForVault(absl::NotFoundError("no key set")),
              StatusIs(absl::StatusCode::kNotFound, "no key set"));
  EXPECT_THAT(ForVault(absl::DataLossError("changed")),
              StatusIs(absl::StatusCode::kDataLoss, "changed"));
}

}  // namespace
}  // namespace cardferry::keyvault
