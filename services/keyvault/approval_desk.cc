#include "services/keyvault/approval_desk.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/digest.h"

namespace cardferry::keyvault {
namespace {

constexpr size_t kIdBytes = 16;
constexpr size_t kLongestReason = 500;

}  // namespace

absl::Status ApprovalDesk::CheckFrame(const ApprovalRequest& request) const {
  if (request.reason.empty() || request.reason.size() > kLongestReason) {
    return absl::InvalidArgumentError(
        absl::StrCat("say why, in at most ", kLongestReason, " bytes: reason"));
  }
  const absl::Time now = clock_.Now();
  if (request.valid_until <= now || request.valid_until > now + kLongest) {
    return absl::InvalidArgumentError(
        "valid_until is in the past, or more than 366 days ahead");
  }
  return absl::OkStatus();
}

absl::StatusOr<Approval> ApprovalDesk::Approve(const std::string& approver,
                                               const ApprovalRequest& request) {
  RETURN_IF_ERROR(CheckFrame(request));
  ASSIGN_OR_RETURN(const ContentMessage message, MessageOf(request.content));
  Approval approval;
  ASSIGN_OR_RETURN(
      approval.signature,
      signer_.Sign(request.signing_key, message.kind, message.message));
  approval.id = ToHex(random_.Draw(kIdBytes));
  approval.approver = approver;
  approval.signing_key = request.signing_key;
  approval.summary = message.summary;
  approval.reason = request.reason;
  approval.digest = crypto::Sha256(message.message);
  approval.approved_at = clock_.Now();
  approval.valid_until = request.valid_until;
  const std::string subject =
      absl::StrCat(approval.id, " by ", approver, ": ", approval.summary);
  RETURN_IF_ERROR(ledger_.RecordApproval(
      approval, {approval.approved_at, "content approved", subject, ""}));
  LogInfo("content approved", {{"approval", approval.id},
                               {"approver", approver},
                               {"key", approval.signing_key},
                               {"content", approval.summary}});
  return approval;
}

absl::StatusOr<Approval> ApprovalDesk::Find(const std::string& id) const {
  ASSIGN_OR_RETURN(std::optional<Approval> found, ledger_.FindById(id));
  if (!found.has_value()) {
    return absl::NotFoundError(absl::StrCat("there is no approval ", id));
  }
  return *std::move(found);
}

absl::StatusOr<std::vector<std::optional<Approval>>> ApprovalDesk::FindValid(
    const std::vector<ApprovedThing>& things) const {
  std::vector<std::optional<Approval>> found;
  for (const ApprovedThing& thing : things) {
    ASSIGN_OR_RETURN(std::optional<Approval> one,
                     ledger_.FindValid(thing, clock_.Now()));
    found.push_back(std::move(one));
  }
  return found;
}

}  // namespace cardferry::keyvault
