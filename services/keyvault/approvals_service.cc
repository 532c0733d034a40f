#include "services/keyvault/approvals_service.h"

#include <optional>
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
  if (!request.id().empty()) {
    ASSIGN_OR_RETURN(const Approval one, desk_.Find(request.id()));
    Render(one, *response.add_approvals());
    return absl::OkStatus();
  }
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

grpc::Status SignedContentService::FindApprovals(
    grpc::ServerContext*, const v1::FindApprovalsRequest* request,
    v1::FindApprovalsResponse* response) {
  return rpc::ToGrpc(FindApprovals(*request, *response));
}

absl::Status SignedContentService::FindApprovals(
    const v1::FindApprovalsRequest& request,
    v1::FindApprovalsResponse& response) const {
  ASSIGN_OR_RETURN(const std::vector<ApprovedThing> things,
                   ParseThings(request));
  ASSIGN_OR_RETURN(const std::vector<std::optional<Approval>> found,
                   desk_.FindValid(things));
  Render(found, response);
  return absl::OkStatus();
}

grpc::Status SignedContentService::VerifyReceipts(
    grpc::ServerContext*, const v1::VerifyReceiptsRequest* request,
    v1::VerifyReceiptsResponse* response) {
  return rpc::ToGrpc(VerifyReceipts(*request, *response));
}

absl::Status SignedContentService::VerifyReceipts(
    const v1::VerifyReceiptsRequest& request,
    v1::VerifyReceiptsResponse& response) {
  ASSIGN_OR_RETURN(const ReceiptQuestion question, ParseReceipts(request));
  ASSIGN_OR_RETURN(const std::vector<bool> verified,
                   receipts_.Verify(question.card, question.receipts));
  for (const bool one : verified) response.add_verified(one);
  return absl::OkStatus();
}

}  // namespace cardferry::keyvault
