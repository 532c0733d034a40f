#include "lib/rpc/grpc_status.h"

#include <string>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::rpc {
namespace {

TEST(GrpcStatusTest, EveryCodeHasItsTwin) {
  for (int code = 1; code <= 16; ++code) {
    const absl::Status ours(static_cast<absl::StatusCode>(code), "why");
    const grpc::Status theirs = ToGrpc(ours);
    EXPECT_EQ(static_cast<int>(theirs.error_code()), code);
    EXPECT_EQ(theirs.error_message(), "why");
    EXPECT_EQ(ToAbslStatus(theirs), ours);
  }
  EXPECT_EQ(ToGrpc(absl::DataLossError("")).error_code(), grpc::DATA_LOSS);
  EXPECT_EQ(ToGrpc(absl::AbortedError("")).error_code(), grpc::ABORTED);
  EXPECT_EQ(ToGrpc(absl::UnauthenticatedError("")).error_code(),
            grpc::UNAUTHENTICATED);
}

TEST(GrpcStatusTest, OkIsOk) {
  EXPECT_TRUE(ToGrpc(absl::OkStatus()).ok());
  EXPECT_OK(ToAbslStatus(grpc::Status::OK));
}

TEST(GrpcStatusTest, AForeignCodeIsUnknown) {
  EXPECT_THAT(
      ToAbslStatus(grpc::Status(static_cast<grpc::StatusCode>(17), "x")),
      StatusIs(absl::StatusCode::kUnknown, "x"));
}

TEST(GrpcStatusTest, CutsLongMessages) {
  const absl::Status status = absl::InternalError(std::string(5000, 'x'));
  EXPECT_EQ(ToGrpc(status).error_message(), std::string(1024, 'x'));
}

}  // namespace
}  // namespace cardferry::rpc
