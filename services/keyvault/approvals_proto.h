#ifndef CARDFERRY_SERVICES_KEYVAULT_APPROVALS_PROTO_H_
#define CARDFERRY_SERVICES_KEYVAULT_APPROVALS_PROTO_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/cardferry/keyvault/v1/approvals.pb.h"
#include "services/keyvault/approval_desk.h"
#include "services/keyvault/receipt_desk.h"

namespace cardferry::keyvault {

// Messages of approvals as the domain's types and back. INVALID_ARGUMENT, with
// the field, for what is none.

absl::StatusOr<ApprovalRequest> ParseApproval(
    const v1::ApproveContentRequest& request);
// How many approvals are asked for.
absl::StatusOr<size_t> ParseLimit(const v1::ListApprovalsRequest& request);

void Render(const Approval& approval, v1::Approval& message);
void Render(const std::vector<Approval>& approvals,
            v1::ListApprovalsResponse& response);
// What approvals are asked for, at most 256.
absl::StatusOr<std::vector<ApprovedThing>> ParseThings(
    const v1::FindApprovalsRequest& request);
void Render(const std::vector<std::optional<Approval>>& found,
            v1::FindApprovalsResponse& response);
// Whose receipts, and which: at most 256.
struct ReceiptQuestion {
  ConfirmingCard card;
  std::vector<CardReceipt> receipts;
};
absl::StatusOr<ReceiptQuestion> ParseReceipts(
    const v1::VerifyReceiptsRequest& request);
void Render(const std::vector<ContentKey>& keys,
            v1::ListSigningKeysResponse& response);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_APPROVALS_PROTO_H_
