#ifndef CARDFERRY_SERVICES_KEYVAULT_FILES_FILE_VAULT_SERVICE_H_
#define CARDFERRY_SERVICES_KEYVAULT_FILES_FILE_VAULT_SERVICE_H_

#include "absl/status/status.h"
#include "grpcpp/grpcpp.h"
#include "proto/cardferry/keyvault/v1/files.grpc.pb.h"
#include "services/keyvault/files/file_vault.h"

namespace cardferry::keyvault {

// The vault for file-oriented cards as a gRPC service: parses, calls, renders.
class FileVaultService final : public v1::FileKeyVault::Service {
 public:
  // `vault` outlives the service.
  explicit FileVaultService(FileVault& vault) : vault_(vault) {}

  grpc::Status BeginFileSession(
      grpc::ServerContext* context, const v1::BeginFileSessionRequest* request,
      v1::BeginFileSessionResponse* response) override;
  grpc::Status FinishFileSession(
      grpc::ServerContext* context, const v1::FinishFileSessionRequest* request,
      v1::FinishFileSessionResponse* response) override;
  grpc::Status ProtectFileCommands(
      grpc::ServerContext* context,
      const v1::ProtectFileCommandsRequest* request,
      v1::ProtectFileCommandsResponse* response) override;
  grpc::Status VerifyFileAnswers(
      grpc::ServerContext* context, const v1::VerifyFileAnswersRequest* request,
      v1::VerifyFileAnswersResponse* response) override;

 private:
  absl::Status Begin(const v1::BeginFileSessionRequest& request,
                     v1::BeginFileSessionResponse& response);
  absl::Status Finish(const v1::FinishFileSessionRequest& request,
                      v1::FinishFileSessionResponse& response);
  absl::Status Protect(const v1::ProtectFileCommandsRequest& request,
                       v1::ProtectFileCommandsResponse& response);
  absl::Status Verify(const v1::VerifyFileAnswersRequest& request,
                      v1::VerifyFileAnswersResponse& response);

  FileVault& vault_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_FILES_FILE_VAULT_SERVICE_H_
