#include "lib/rpc/call.h"

#include <chrono>
#include <memory>
#include <vector>

#include "grpc/grpc_security_constants.h"
#include "grpcpp/security/auth_context.h"
#include "lib/rpc/grpc_status.h"

namespace cardferry::rpc {

absl::StatusOr<Identity> PeerIdentity(const grpc::AuthContext& context) {
  const std::vector<grpc::string_ref> values =
      context.FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME);
  std::vector<absl::string_view> uris;
  uris.reserve(values.size());
  for (const grpc::string_ref& value : values) {
    uris.emplace_back(value.data(), value.size());
  }
  return IdentityFromUris(uris);
}

absl::StatusOr<Identity> PeerIdentity(const grpc::ServerContextBase& context) {
  const std::shared_ptr<const grpc::AuthContext> auth = context.auth_context();
  if (auth == nullptr) {
    return absl::UnauthenticatedError("the caller showed no certificate");
  }
  return PeerIdentity(*auth);
}

void SetTimeout(grpc::ClientContext& context, absl::Duration timeout) {
  context.set_deadline(std::chrono::system_clock::now() +
                       absl::ToChronoNanoseconds(timeout));
}

absl::Time CallDeadline(const grpc::ServerContextBase& context) {
  const std::chrono::system_clock::time_point deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) {
    return absl::InfiniteFuture();
  }
  return absl::FromChrono(deadline);
}

grpc::ServerUnaryReactor* FinishUnary(grpc::CallbackServerContext& context,
                                      const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context.DefaultReactor();
  reactor->Finish(ToGrpc(status));
  return reactor;
}

}  // namespace cardferry::rpc
