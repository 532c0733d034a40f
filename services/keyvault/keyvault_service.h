#ifndef CARDFERRY_SERVICES_KEYVAULT_KEYVAULT_SERVICE_H_
#define CARDFERRY_SERVICES_KEYVAULT_KEYVAULT_SERVICE_H_

#include "absl/status/status.h"
#include "grpcpp/grpcpp.h"
#include "proto/cardferry/keyvault/v1/keyvault.grpc.pb.h"
#include "services/keyvault/vault.h"

namespace cardferry::keyvault {

// The vault as a gRPC service: parses, calls, renders. Synchronous, because
// every call waits for the HSM.
class KeyVaultService final : public v1::KeyVault::Service {
 public:
  // `vault` outlives the service.
  explicit KeyVaultService(Vault& vault) : vault_(vault) {}

  grpc::Status IssueOpenings(grpc::ServerContext* context,
                             const v1::IssueOpeningsRequest* request,
                             v1::IssueOpeningsResponse* response) override;
  grpc::Status Authenticate(grpc::ServerContext* context,
                            const v1::AuthenticateRequest* request,
                            v1::AuthenticateResponse* response) override;
  grpc::Status Protect(grpc::ServerContext* context,
                       const v1::ProtectRequest* request,
                       v1::ProtectResponse* response) override;
  grpc::Status VerifyResponses(grpc::ServerContext* context,
                               const v1::VerifyResponsesRequest* request,
                               v1::VerifyResponsesResponse* response) override;
  grpc::Status OpenPredicted(grpc::ServerContext* context,
                             const v1::OpenPredictedRequest* request,
                             v1::OpenPredictedResponse* response) override;

 private:
  absl::Status IssueOpenings(const v1::IssueOpeningsRequest& request,
                             v1::IssueOpeningsResponse& response);
  absl::Status Authenticate(const v1::AuthenticateRequest& request,
                            v1::AuthenticateResponse& response);
  absl::Status Protect(const v1::ProtectRequest& request,
                       v1::ProtectResponse& response);
  absl::Status VerifyResponses(const v1::VerifyResponsesRequest& request,
                               v1::VerifyResponsesResponse& response);
  absl::Status OpenPredicted(const v1::OpenPredictedRequest& request,
                             v1::OpenPredictedResponse& response);

  Vault& vault_;
};

// What operators and auditors may ask.
class KeyVaultAdminService final : public v1::KeyVaultAdmin::Service {
 public:
  explicit KeyVaultAdminService(Vault& vault) : vault_(vault) {}

  grpc::Status GetStatistics(grpc::ServerContext* context,
                             const v1::GetStatisticsRequest* request,
                             v1::GetStatisticsResponse* response) override;
  grpc::Status ListKeySets(grpc::ServerContext* context,
                           const v1::ListKeySetsRequest* request,
                           v1::ListKeySetsResponse* response) override;
  grpc::Status ForgetFailures(grpc::ServerContext* context,
                              const v1::ForgetFailuresRequest* request,
                              v1::ForgetFailuresResponse* response) override;
  grpc::Status ListLivePackets(grpc::ServerContext* context,
                               const v1::ListLivePacketsRequest* request,
                               v1::ListLivePacketsResponse* response) override;

 private:
  absl::Status ListLivePackets(const v1::ListLivePacketsRequest& request,
                               v1::ListLivePacketsResponse& response);
  absl::Status ForgetFailures(const grpc::ServerContext& context,
                              const v1::ForgetFailuresRequest& request,
                              v1::ForgetFailuresResponse& response);

  Vault& vault_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_KEYVAULT_SERVICE_H_
