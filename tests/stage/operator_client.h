#ifndef CARDFERRY_TESTS_STAGE_OPERATOR_CLIENT_H_
#define CARDFERRY_TESTS_STAGE_OPERATOR_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "lib/rpc/tls_files.h"
#include "proto/cardferry/keyvault/v1/keyvault.pb.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"

namespace grpc {
class Channel;
}

namespace cardferry::stage {

// What the stage asks the services with an operator's certificate: figures that
// the command line tool has no need to show.
class OperatorClient {
 public:
  static absl::StatusOr<OperatorClient> Create(const rpc::TlsFiles& tls,
                                               int orchestrator_port,
                                               int keyvault_port);

  absl::StatusOr<orchestrator::v1::Job> GetJob(const std::string& id);
  absl::StatusOr<orchestrator::v1::ListApplicationsResponse> ListApplications();
  absl::StatusOr<orchestrator::v1::ListAgentsResponse> ListAgents();
  absl::StatusOr<keyvault::v1::GetStatisticsResponse> KeyVaultStatistics();

 private:
  OperatorClient(std::shared_ptr<grpc::Channel> orchestrator,
                 std::shared_ptr<grpc::Channel> keyvault)
      : orchestrator_(std::move(orchestrator)),
        keyvault_(std::move(keyvault)) {}

  std::shared_ptr<grpc::Channel> orchestrator_;
  std::shared_ptr<grpc::Channel> keyvault_;
};

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_OPERATOR_CLIENT_H_
