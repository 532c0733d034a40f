#include "services/orchestrator/gateway/gateway_service.h"

#include "lib/base/status_macros.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"

namespace cardferry::orchestrator {
namespace {

// A stream that ends before it begins.
class RefusedStream final
    : public grpc::ServerBidiReactor<agent::v1::AgentMessage,
                                     agent::v1::GatewayMessage> {
 public:
  explicit RefusedStream(const grpc::Status& status) { Finish(status); }
  void OnDone() override { delete this; }
};

}  // namespace

grpc::ServerBidiReactor<agent::v1::AgentMessage, agent::v1::GatewayMessage>*
GatewayService::Connect(grpc::CallbackServerContext* context) {
  const absl::StatusOr<std::string> name = name_of_(*context);
  if (!name.ok()) return new RefusedStream(rpc::ToGrpc(name.status()));
  return GatewayStream::Start(*name, surroundings_, *context);
}

absl::StatusOr<std::string> GatewayService::FromPeer(
    grpc::ServerContextBase& context) {
  ASSIGN_OR_RETURN(const rpc::Identity identity, rpc::PeerIdentity(context));
  return identity.name;
}

}  // namespace cardferry::orchestrator
