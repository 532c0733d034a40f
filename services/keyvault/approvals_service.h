#ifndef CARDFERRY_SERVICES_KEYVAULT_APPROVALS_SERVICE_H_
#define CARDFERRY_SERVICES_KEYVAULT_APPROVALS_SERVICE_H_

#include "absl/status/status.h"
#include "proto/cardferry/keyvault/v1/approvals.grpc.pb.h"
#include "services/keyvault/approval_desk.h"
#include "services/keyvault/receipt_desk.h"

namespace cardferry::keyvault {

// The approval desk as a gRPC service: parses, calls, renders. Who approves is
// who the certificate says.
class ApprovalsService final : public v1::ContentApprovals::Service {
 public:
  // `desk` outlives the service.
  explicit ApprovalsService(ApprovalDesk& desk) : desk_(desk) {}

  grpc::Status ApproveContent(grpc::ServerContext* context,
                              const v1::ApproveContentRequest* request,
                              v1::ApproveContentResponse* response) override;
  grpc::Status ListApprovals(grpc::ServerContext* context,
                             const v1::ListApprovalsRequest* request,
                             v1::ListApprovalsResponse* response) override;
  grpc::Status ListSigningKeys(grpc::ServerContext* context,
                               const v1::ListSigningKeysRequest* request,
                               v1::ListSigningKeysResponse* response) override;

 private:
  absl::Status ApproveContent(const grpc::ServerContext& context,
                              const v1::ApproveContentRequest& request,
                              v1::ApproveContentResponse& response);
  absl::Status ListApprovals(const v1::ListApprovalsRequest& request,
                             v1::ListApprovalsResponse& response);

  ApprovalDesk& desk_;
};

// The desks, for those who send content: asks for what was approved, and what
// cards have confirmed.
class SignedContentService final : public v1::SignedContent::Service {
 public:
  // Both outlive the service.
  SignedContentService(const ApprovalDesk& desk, ReceiptDesk& receipts)
      : desk_(desk), receipts_(receipts) {}

  grpc::Status FindApprovals(grpc::ServerContext* context,
                             const v1::FindApprovalsRequest* request,
                             v1::FindApprovalsResponse* response) override;
  grpc::Status VerifyReceipts(grpc::ServerContext* context,
                              const v1::VerifyReceiptsRequest* request,
                              v1::VerifyReceiptsResponse* response) override;

 private:
  absl::Status FindApprovals(const v1::FindApprovalsRequest& request,
                             v1::FindApprovalsResponse& response) const;
  absl::Status VerifyReceipts(const v1::VerifyReceiptsRequest& request,
                              v1::VerifyReceiptsResponse& response);

  const ApprovalDesk& desk_;
  ReceiptDesk& receipts_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_APPROVALS_SERVICE_H_
