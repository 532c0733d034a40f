#ifndef CARDFERRY_CLI_APPROVAL_CLIENT_H_
#define CARDFERRY_CLI_APPROVAL_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/cardferry/keyvault/v1/approvals.grpc.pb.h"

namespace cardferry::cli {

// The keyvault's calls for approvers, each with a time limit. Its errors as
// they are.
class ApprovalClient {
 public:
  using Stub = keyvault::v1::ContentApprovals::StubInterface;
  using Approval = keyvault::v1::Approval;
  using SigningKey = keyvault::v1::ContentSigningKey;

  explicit ApprovalClient(std::unique_ptr<Stub> stub)
      : stub_(std::move(stub)) {}

  absl::StatusOr<Approval> Approve(
      const keyvault::v1::ApproveContentRequest& request);

  // The newest `limit` of them, newest first.
  absl::StatusOr<std::vector<Approval>> List(uint32_t limit);
  // NOT_FOUND when there is none with this id.
  absl::StatusOr<Approval> Find(const std::string& id);

  absl::StatusOr<std::vector<SigningKey>> SigningKeys();

 private:
  absl::StatusOr<std::vector<Approval>> Ask(
      const keyvault::v1::ListApprovalsRequest& request);

  const std::unique_ptr<Stub> stub_;
};

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_APPROVAL_CLIENT_H_
