#ifndef CARDFERRY_CLI_TESTING_FAKE_KEYVAULT_H_
#define CARDFERRY_CLI_TESTING_FAKE_KEYVAULT_H_

#include <memory>

#include "cli/vault_client.h"
#include "grpcpp/grpcpp.h"
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

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_TESTING_FAKE_KEYVAULT_H_
