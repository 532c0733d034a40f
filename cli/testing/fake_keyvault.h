#ifndef CARDFERRY_CLI_TESTING_FAKE_KEYVAULT_H_
#define CARDFERRY_CLI_TESTING_FAKE_KEYVAULT_H_

#include <memory>
#include <vector>

#include "cli/approval_client.h"
#include "cli/vault_client.h"
#include "grpcpp/grpcpp.h"
#include "proto/cardferry/keyvault/v1/approvals.grpc.pb.h"
#include "proto/cardferry/keyvault/v1/keyvault.grpc.pb.h"

namespace cardferry::cli {

// A keyvault over a real channel that says what the test gives it and keeps
// what it was asked. It has no keys and remembers no failures of its own.
class FakeKeyVault final : public keyvault::v1::KeyVaultAdmin::Service {
 public:
  FakeKeyVault() {
    grpc::ServerBuilder builder;
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeKeyVault() override { server_->Shutdown(); }

  std::unique_ptr<VaultClient> Client() {
    return std::make_unique<VaultClient>(keyvault::v1::KeyVaultAdmin::NewStub(
        server_->InProcessChannel(grpc::ChannelArguments())));
  }

  grpc::Status status;
  uint32_t forgotten = 0;
  keyvault::v1::ForgetFailuresRequest asked;
  int calls = 0;

  grpc::Status ForgetFailures(
      grpc::ServerContext*, const keyvault::v1::ForgetFailuresRequest* request,
      keyvault::v1::ForgetFailuresResponse* response) override {
    asked = *request;
    ++calls;
    response->set_forgotten(forgotten);
    return status;
  }

 private:
  std::unique_ptr<grpc::Server> server_;
};

// Likewise, for approvers: it signs nothing.
class FakeContentApprovals final
    : public keyvault::v1::ContentApprovals::Service {
 public:
  FakeContentApprovals() {
    grpc::ServerBuilder builder;
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeContentApprovals() override { server_->Shutdown(); }

  std::unique_ptr<ApprovalClient> Client() {
    return std::make_unique<ApprovalClient>(
        keyvault::v1::ContentApprovals::NewStub(
            server_->InProcessChannel(grpc::ChannelArguments())));
  }

  grpc::Status status;
  std::vector<keyvault::v1::Approval> approvals;  // the first is always given
  std::vector<keyvault::v1::ContentSigningKey> keys;
  keyvault::v1::ApproveContentRequest approved;
  keyvault::v1::ListApprovalsRequest asked;

  grpc::Status ApproveContent(
      grpc::ServerContext*, const keyvault::v1::ApproveContentRequest* request,
      keyvault::v1::ApproveContentResponse* response) override {
    approved = *request;
    if (!approvals.empty()) *response->mutable_approval() = approvals[0];
    return status;
  }
  grpc::Status ListApprovals(
      grpc::ServerContext*, const keyvault::v1::ListApprovalsRequest* request,
      keyvault::v1::ListApprovalsResponse* response) override {
    asked = *request;
    *response->mutable_approvals() = {approvals.begin(), approvals.end()};
    return status;
  }
  grpc::Status ListSigningKeys(
      grpc::ServerContext*, const keyvault::v1::ListSigningKeysRequest*,
      keyvault::v1::ListSigningKeysResponse* response) override {
    *response->mutable_keys() = {keys.begin(), keys.end()};
    return status;
  }

 private:
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_TESTING_FAKE_KEYVAULT_H_
