#include "services/sequencer/grpc_signed_content.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"

namespace cardferry::sequencer {
namespace {

namespace pb = keyvault::v1;

absl::Status ToStatus(const grpc::Status& grpc_status) {
  const absl::Status status = rpc::ToAbslStatus(grpc_status);
  if (status.ok()) return status;
  const bool later =
      absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  return absl::Status(
      later ? absl::StatusCode::kUnavailable : absl::StatusCode::kInternal,
      absl::StrCat("keyvault: ", status.message()));
}

void RenderReceipt(const ReceiptToVerify& receipt, pb::CardReceipt& message) {
  message.set_receipt(AsString(receipt.receipt));
  message.set_confirmation_data(AsString(receipt.confirmation_data));
  const auto aid = [&receipt](size_t i) {
    return AsString(receipt.content.aids.at(i).bytes());
  };
  switch (receipt.content.kind) {
    case ConfirmedContent::Kind::kLoaded:
      message.mutable_loaded()->set_load_file_aid(aid(0));
      message.mutable_loaded()->set_security_domain_aid(aid(1));
      break;
    case ConfirmedContent::Kind::kInstalled:
      message.mutable_installed()->set_load_file_aid(aid(0));
      message.mutable_installed()->set_instance_aid(aid(1));
      break;
    case ConfirmedContent::Kind::kExtradited:
      message.mutable_extradited()->set_from_security_domain_aid(aid(0));
      message.mutable_extradited()->set_content_aid(aid(1));
      message.mutable_extradited()->set_to_security_domain_aid(aid(2));
      break;
    case ConfirmedContent::Kind::kDeleted:
      message.mutable_deleted()->set_content_aid(aid(0));
      break;
  }
}

}  // namespace

absl::StatusOr<std::vector<std::optional<Bytes>>>
GrpcSignedContent::FindApprovals(absl::Span<const WantedSignature> wanted) {
  std::vector<std::optional<Bytes>> found;
  for (size_t at = 0; at < wanted.size(); at += kMostWanted) {
    RETURN_IF_ERROR(FindBatch(wanted.subspan(at, kMostWanted), found));
  }
  return found;
}

absl::Status GrpcSignedContent::FindBatch(
    absl::Span<const WantedSignature> batch,
    std::vector<std::optional<Bytes>>& found) {
  pb::FindApprovalsRequest request;
  for (const WantedSignature& wanted : batch) {
    pb::WantedApproval& one = *request.add_approvals();
    one.set_signing_key(wanted.signing_key);
    one.set_digest(AsString(wanted.digest));
  }
  pb::FindApprovalsResponse response;
  grpc::ClientContext context;
  rpc::SetTimeout(context, timeout_);
  RETURN_IF_ERROR(ToStatus(stub_->FindApprovals(&context, request, &response)));
  if (response.approvals_size() != request.approvals_size()) {
    return absl::InternalError(
        "keyvault: it answered another number of approvals");
  }
  for (const pb::FoundApproval& one : response.approvals()) {
    const ByteSpan signature = AsBytes(one.signature());
    found.push_back(
        one.id().empty()
            ? std::nullopt
            : std::optional<Bytes>(Bytes(signature.begin(), signature.end())));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<bool>> GrpcSignedContent::VerifyReceipts(
    const std::string& card_id, absl::Span<const ReceiptToVerify> receipts) {
  std::vector<bool> verified;
  for (size_t at = 0; at < receipts.size(); at += kMostWanted) {
    RETURN_IF_ERROR(
        VerifyBatch(card_id, receipts.subspan(at, kMostWanted), verified));
  }
  return verified;
}

absl::Status GrpcSignedContent::VerifyBatch(
    const std::string& card_id, absl::Span<const ReceiptToVerify> batch,
    std::vector<bool>& verified) {
  pb::VerifyReceiptsRequest request;
  const size_t slash = card_id.rfind('/');
  if (slash == std::string::npos) {
    return absl::InternalError(absl::StrCat(card_id, " is no card"));
  }
  ASSIGN_OR_RETURN(const Bytes kdd, FromHex(card_id.substr(slash + 1)));
  request.set_key_set(card_id.substr(0, slash));
  request.set_key_diversification_data(AsString(kdd));
  for (const ReceiptToVerify& one : batch) {
    RenderReceipt(one, *request.add_receipts());
  }
  pb::VerifyReceiptsResponse response;
  grpc::ClientContext context;
  rpc::SetTimeout(context, timeout_);
  RETURN_IF_ERROR(
      ToStatus(stub_->VerifyReceipts(&context, request, &response)));
  if (response.verified_size() != request.receipts_size()) {
    return absl::InternalError(
        "keyvault: it answered another number of receipts");
  }
  verified.insert(verified.end(), response.verified().begin(),
                  response.verified().end());
  return absl::OkStatus();
}

}  // namespace cardferry::sequencer
