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

}  // namespace cardferry::sequencer
