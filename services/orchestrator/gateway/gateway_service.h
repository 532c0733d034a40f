#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_GATEWAY_GATEWAY_SERVICE_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_GATEWAY_GATEWAY_SERVICE_H_

#include <functional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "grpcpp/grpcpp.h"
#include "proto/cardferry/agent/v1/agent.grpc.pb.h"
#include "services/orchestrator/gateway/gateway_stream.h"

namespace cardferry::orchestrator {

// The agents' face of this service.
class GatewayService final : public agent::v1::AgentGateway::CallbackService {
 public:
  // Whose stream a call is.
  using NameOf =
      std::function<absl::StatusOr<std::string>(grpc::ServerContextBase&)>;

  explicit GatewayService(const GatewayStream::Surroundings& surroundings,
                          NameOf name_of = FromPeer)
      : surroundings_(surroundings), name_of_(std::move(name_of)) {}

  grpc::ServerBidiReactor<agent::v1::AgentMessage, agent::v1::GatewayMessage>*
  Connect(grpc::CallbackServerContext* context) override;

  // The name in the caller's certificate.
  static absl::StatusOr<std::string> FromPeer(grpc::ServerContextBase& context);

 private:
  const GatewayStream::Surroundings surroundings_;
  const NameOf name_of_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_GATEWAY_GATEWAY_SERVICE_H_
