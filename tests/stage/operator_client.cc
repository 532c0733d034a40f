#include "tests/stage/operator_client.h"

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/call.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/grpc_status.h"
#include "proto/cardferry/keyvault/v1/keyvault.grpc.pb.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.grpc.pb.h"

namespace cardferry::stage {
namespace {

constexpr absl::Duration kTimeout = absl::Seconds(20);

// One unary call: `method` of a stub on `channel`.
template <typename Service, typename Response, typename Stub, typename Request>
absl::StatusOr<Response> Call(const std::shared_ptr<grpc::Channel>& channel,
                              grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                           const Request&,
                                                           Response*),
                              const Request& request) {
  const auto stub = Service::NewStub(channel);
  grpc::ClientContext context;
  rpc::SetTimeout(context, kTimeout);
  context.set_wait_for_ready(true);
  Response response;
  RETURN_IF_ERROR(
      rpc::ToAbslStatus((stub.get()->*method)(&context, request, &response)));
  return response;
}

}  // namespace

using KeyVaultAdmin = keyvault::v1::KeyVaultAdmin;
using Orchestrator = orchestrator::v1::Orchestrator;

absl::StatusOr<OperatorClient> OperatorClient::Create(const rpc::TlsFiles& tls,
                                                      int orchestrator_port,
                                                      int keyvault_port) {
  ASSIGN_OR_RETURN(
      auto orchestrator,
      rpc::CreateChannel(absl::StrCat("127.0.0.1:", orchestrator_port), tls,
                         rpc::Role::kOrchestrator));
  ASSIGN_OR_RETURN(auto keyvault,
                   rpc::CreateChannel(absl::StrCat("127.0.0.1:", keyvault_port),
                                      tls, rpc::Role::kKeyvault));
  return OperatorClient(std::move(orchestrator), std::move(keyvault));
}

absl::StatusOr<orchestrator::v1::Job> OperatorClient::GetJob(
    const std::string& id) {
  orchestrator::v1::GetJobRequest request;
  request.set_id(id);
  return Call<Orchestrator>(orchestrator_, &Orchestrator::Stub::GetJob,
                            request);
}

absl::StatusOr<orchestrator::v1::ListApplicationsResponse>
OperatorClient::ListApplications() {
  return Call<Orchestrator>(orchestrator_,
                            &Orchestrator::Stub::ListApplications,
                            orchestrator::v1::ListApplicationsRequest());
}

absl::StatusOr<orchestrator::v1::ListAgentsResponse>
OperatorClient::ListAgents() {
  return Call<Orchestrator>(orchestrator_, &Orchestrator::Stub::ListAgents,
                            orchestrator::v1::ListAgentsRequest());
}

absl::StatusOr<keyvault::v1::GetStatisticsResponse>
OperatorClient::KeyVaultStatistics() {
  return Call<KeyVaultAdmin>(keyvault_, &KeyVaultAdmin::Stub::GetStatistics,
                             keyvault::v1::GetStatisticsRequest());
}

}  // namespace cardferry::stage
