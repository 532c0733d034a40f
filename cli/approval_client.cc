#include "cli/approval_client.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"

namespace cardferry::cli {
namespace {

namespace pb = ::cardferry::keyvault::v1;

constexpr absl::Duration kShort = absl::Seconds(20);

}  // namespace

absl::StatusOr<pb::Approval> ApprovalClient::Approve(
    const pb::ApproveContentRequest& request) {
  grpc::ClientContext context;
  rpc::SetTimeout(context, kShort);
  pb::ApproveContentResponse response;
  RETURN_IF_ERROR(
      rpc::ToAbslStatus(stub_->ApproveContent(&context, request, &response)));
  return response.approval();
}

absl::StatusOr<std::vector<pb::Approval>> ApprovalClient::Ask(
    const pb::ListApprovalsRequest& request) {
  grpc::ClientContext context;
  rpc::SetTimeout(context, kShort);
  pb::ListApprovalsResponse response;
  RETURN_IF_ERROR(
      rpc::ToAbslStatus(stub_->ListApprovals(&context, request, &response)));
  return std::vector<pb::Approval>(response.approvals().begin(),
                                   response.approvals().end());
}

absl::StatusOr<std::vector<pb::Approval>> ApprovalClient::List(uint32_t limit) {
  pb::ListApprovalsRequest request;
  request.set_limit(limit);
  return Ask(request);
}

absl::StatusOr<pb::Approval> ApprovalClient::Find(const std::string& id) {
  pb::ListApprovalsRequest request;
  request.set_id(id);
  ASSIGN_OR_RETURN(const std::vector<pb::Approval> found, Ask(request));
  if (found.size() == 1) return found.front();
  return absl::NotFoundError(absl::StrCat("there is no approval ", id));
}

absl::StatusOr<std::vector<pb::ContentSigningKey>>
ApprovalClient::SigningKeys() {
  grpc::ClientContext context;
  rpc::SetTimeout(context, kShort);
  pb::ListSigningKeysResponse response;
  RETURN_IF_ERROR(rpc::ToAbslStatus(stub_->ListSigningKeys(
      &context, pb::ListSigningKeysRequest(), &response)));
  return std::vector<pb::ContentSigningKey>(response.keys().begin(),
                                            response.keys().end());
}

}  // namespace cardferry::cli
