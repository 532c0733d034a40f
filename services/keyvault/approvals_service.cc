#include "services/keyvault/approvals_service.h"

#include <vector>

#include "lib/base/status_macros.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"
#include "services/keyvault/approvals_proto.h"

namespace cardferry::keyvault {

grpc::Status ApprovalsService::ApproveContent(
    grpc::ServerContext* context, const v1::ApproveContentRequest* request,
    v1::ApproveContentResponse* response) {
  return rpc::ToGrpc(ApproveContent(*context, *request, *response));
}

absl::Status ApprovalsService::ApproveContent(
    const grpc::ServerContext& context,
    const v1::ApproveContentRequest& request,
    v1::ApproveContentResponse& response) {
  ASSIGN_OR_RETURN(const rpc::Identity caller, rpc::PeerIdentity(context));
  ASSIGN_OR_RETURN(const ApprovalRequest parsed, ParseApproval(request));
  ASSIGN_OR_RETURN(const Approval approval, desk_.Approve(caller.name, parsed));
  Render(approval, *response.mutable_approval());
  return absl::OkStatus();
}

grpc::Status ApprovalsService::ListApprovals(
    grpc::ServerContext*, const v1::ListApprovalsRequest* request,
    v1::ListApprovalsResponse* response) {
  return rpc::ToGrpc(ListApprovals(*request, *response));
}

absl::Status ApprovalsService::ListApprovals(
    const v1::ListApprovalsRequest& request,
    v1::ListApprovalsResponse& response) {
  ASSIGN_OR_RETURN(const size_t limit, ParseLimit(request));
  ASSIGN_OR_RETURN(const std::vector<Approval> approvals, desk_.List(limit));
  Render(approvals, response);
  return absl::OkStatus();
}

grpc::Status ApprovalsService::ListSigningKeys(
    grpc::ServerContext*, const v1::ListSigningKeysRequest*,
    v1::ListSigningKeysResponse* response) {
  Render(desk_.Keys(), *response);
  return grpc::Status::OK;
}

}  // namespace cardferry::keyvault
