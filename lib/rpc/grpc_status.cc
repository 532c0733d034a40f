#include "lib/rpc/grpc_status.h"

#include <string>

namespace cardferry::rpc {
namespace {

constexpr size_t kLongestMessage = 1024;

// Both enumerations are google.rpc.Code.
static_assert(static_cast<int>(absl::StatusCode::kUnauthenticated) ==
              static_cast<int>(grpc::StatusCode::UNAUTHENTICATED));

bool IsKnown(int code) {
  return code >= 0 && code <= static_cast<int>(grpc::UNAUTHENTICATED);
}

}  // namespace

absl::Status ToAbslStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const int code = static_cast<int>(status.error_code());
  return absl::Status(IsKnown(code) ? static_cast<absl::StatusCode>(code)
                                    : absl::StatusCode::kUnknown,
                      status.error_message());
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()),
                      std::string(status.message().substr(0, kLongestMessage)));
}

}  // namespace cardferry::rpc
