#include "lib/rpc/health_client.h"

#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/support/byte_buffer.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/authorization_table.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"

namespace cardferry::rpc {
namespace {

// grpc.health.v1.HealthCheckResponse{status: SERVING}: field 1, varint 1.
constexpr absl::string_view kServing("\x08\x01", 2);

std::string Flatten(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  if (!buffer.Dump(&slices).ok()) return "";
  std::string bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace

absl::StatusOr<bool> IsServing(const std::shared_ptr<grpc::Channel>& channel,
                               absl::Duration timeout) {
  grpc::ClientContext context;
  context.set_wait_for_ready(true);
  SetTimeout(context, timeout);
  // HealthCheckRequest{}: the server as a whole.
  const grpc::Slice nothing;
  grpc::ByteBuffer request(&nothing, 1);
  grpc::ByteBuffer response;
  absl::Notification done;
  grpc::Status status;
  grpc::GenericStub(channel).UnaryCall(&context, kHealthCheck,
                                       grpc::StubOptions(), &request, &response,
                                       [&](grpc::Status ended) {
                                         status = std::move(ended);
                                         done.Notify();
                                       });
  done.WaitForNotification();
  RETURN_IF_ERROR(ToAbslStatus(status));
  return Flatten(response) == kServing;
}

}  // namespace cardferry::rpc
