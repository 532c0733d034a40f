#ifndef CARDFERRY_CLI_VAULT_CLIENT_H_
#define CARDFERRY_CLI_VAULT_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "proto/cardferry/keyvault/v1/keyvault.grpc.pb.h"

namespace cardferry::cli {

// The keyvault's calls for operators, each with a time limit.
class VaultClient {
 public:
  using Stub = keyvault::v1::KeyVaultAdmin::StubInterface;

  explicit VaultClient(std::unique_ptr<Stub> stub) : stub_(std::move(stub)) {}

  // How many failed verifications of this card ("<key set>/<diversification
  // data in hexadecimal>") the keyvault forgot; 0 when it remembered none.
  // INVALID_ARGUMENT for another form of `card_id`.
  absl::StatusOr<uint32_t> ForgetFailures(const std::string& card_id);

 private:
  const std::unique_ptr<Stub> stub_;
};

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_VAULT_CLIENT_H_
