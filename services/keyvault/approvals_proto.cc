#include "services/keyvault/approvals_proto.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/diversification_data.h"

namespace cardferry::keyvault {
namespace {

constexpr uint32_t kUsualLimit = 100;
constexpr uint32_t kMostApprovals = 1000;
constexpr int kMostWanted = 256;
constexpr size_t kDigestBytes = 32;

Bytes Copy(const std::string& bytes) {
  const ByteSpan span = AsBytes(bytes);
  return Bytes(span.begin(), span.end());
}

absl::StatusOr<card::Aid> ToAid(const char* field, const std::string& bytes) {
  absl::StatusOr<card::Aid> aid = card::Aid::Create(AsBytes(bytes));
  if (!aid.ok()) return Annotate(aid.status(), field);
  return aid;
}

absl::StatusOr<ApprovedContent> Parse(const v1::LoadContent& message) {
  ASSIGN_OR_RETURN(card::Aid file,
                   ToAid("load_file_aid", message.load_file_aid()));
  ASSIGN_OR_RETURN(card::Aid domain,
                   ToAid("security_domain_aid", message.security_domain_aid()));
  return LoadApproval{std::move(file), std::move(domain),
                      Copy(message.load_file_hash())};
}

absl::StatusOr<ApprovedContent> Parse(const v1::InstallContent& message) {
  ASSIGN_OR_RETURN(card::Aid file,
                   ToAid("load_file_aid", message.load_file_aid()));
  ASSIGN_OR_RETURN(card::Aid module, ToAid("module_aid", message.module_aid()));
  ASSIGN_OR_RETURN(card::Aid instance,
                   ToAid("instance_aid", message.instance_aid()));
  return InstallApproval{
      {std::move(file), std::move(module), std::move(instance),
       Copy(message.privileges()), Copy(message.parameters()),
       Copy(message.system_parameters()), Copy(message.uicc_parameters())}};
}

absl::StatusOr<ApprovedContent> Parse(const v1::ExtraditionContent& message) {
  ASSIGN_OR_RETURN(card::Aid content,
                   ToAid("content_aid", message.content_aid()));
  ASSIGN_OR_RETURN(card::Aid domain,
                   ToAid("security_domain_aid", message.security_domain_aid()));
  return ExtraditionApproval{std::move(content), std::move(domain)};
}

absl::StatusOr<ApprovedContent> Parse(const v1::DeleteContent& message) {
  ASSIGN_OR_RETURN(card::Aid content,
                   ToAid("content_aid", message.content_aid()));
  return DeleteApproval{std::move(content), message.related()};
}

absl::StatusOr<ApprovedContent> ParseContent(
    const v1::ApproveContentRequest& request) {
  switch (request.content_case()) {
    case v1::ApproveContentRequest::kLoadFile:
      return LoadFileApproval{Copy(request.load_file().load_file_hash())};
    case v1::ApproveContentRequest::kLoad:
      return Parse(request.load());
    case v1::ApproveContentRequest::kInstall:
      return Parse(request.install());
    case v1::ApproveContentRequest::kExtradition:
      return Parse(request.extradition());
    case v1::ApproveContentRequest::kDeletion:
      return Parse(request.deletion());
    default:
      return absl::InvalidArgumentError("content: nothing to approve");
  }
}

absl::StatusOr<ConfirmedContent> ParseConfirmed(
    const v1::CardReceipt& receipt) {
  switch (receipt.content_case()) {
    case v1::CardReceipt::kLoaded: {
      ASSIGN_OR_RETURN(card::Aid file, ToAid("load_file_aid",
                                             receipt.loaded().load_file_aid()));
      ASSIGN_OR_RETURN(
          card::Aid domain,
          ToAid("security_domain_aid", receipt.loaded().security_domain_aid()));
      return LoadedContent{std::move(file), std::move(domain)};
    }
    case v1::CardReceipt::kInstalled: {
      ASSIGN_OR_RETURN(
          card::Aid file,
          ToAid("load_file_aid", receipt.installed().load_file_aid()));
      ASSIGN_OR_RETURN(
          card::Aid instance,
          ToAid("instance_aid", receipt.installed().instance_aid()));
      return InstalledContent{std::move(file), std::move(instance)};
    }
    case v1::CardReceipt::kExtradited: {
      const v1::ExtraditedContent& what = receipt.extradited();
      ASSIGN_OR_RETURN(card::Aid from, ToAid("from_security_domain_aid",
                                             what.from_security_domain_aid()));
      ASSIGN_OR_RETURN(card::Aid content,
                       ToAid("content_aid", what.content_aid()));
      ASSIGN_OR_RETURN(card::Aid to, ToAid("to_security_domain_aid",
                                           what.to_security_domain_aid()));
      return ExtraditedContent{std::move(from), std::move(content),
                               std::move(to)};
    }
    case v1::CardReceipt::kDeleted: {
      ASSIGN_OR_RETURN(card::Aid content,
                       ToAid("content_aid", receipt.deleted().content_aid()));
      return DeletedContent{std::move(content)};
    }
    default:
      return absl::InvalidArgumentError("content: a receipt of nothing");
  }
}

const char* AlgorithmName(pkcs11::SigningAlgorithm algorithm) {
  switch (algorithm) {
    case pkcs11::SigningAlgorithm::kRsa2048Pss:
      return "rsa-2048-pss";
    case pkcs11::SigningAlgorithm::kEcdsaP256:
      return "ecdsa-p256";
    case pkcs11::SigningAlgorithm::kEcdsaP384:
      return "ecdsa-p384";
  }
  return "";
}

}  // namespace

absl::StatusOr<ApprovalRequest> ParseApproval(
    const v1::ApproveContentRequest& request) {
  ASSIGN_OR_RETURN(ApprovedContent content, ParseContent(request));
  return ApprovalRequest{request.signing_key(), std::move(content),
                         absl::FromUnixMicros(request.valid_until_us()),
                         request.reason()};
}

absl::StatusOr<size_t> ParseLimit(const v1::ListApprovalsRequest& request) {
  if (request.limit() > kMostApprovals) {
    return absl::InvalidArgumentError(
        absl::StrCat("limit is at most ", kMostApprovals));
  }
  return request.limit() == 0 ? kUsualLimit : request.limit();
}

absl::StatusOr<std::vector<ApprovedThing>> ParseThings(
    const v1::FindApprovalsRequest& request) {
  if (request.approvals_size() > kMostWanted) {
    return absl::InvalidArgumentError(
        absl::StrCat("approvals: at most ", kMostWanted));
  }
  std::vector<ApprovedThing> things;
  for (const v1::WantedApproval& wanted : request.approvals()) {
    if (wanted.digest().size() != kDigestBytes) {
      return absl::InvalidArgumentError("digest has 32 bytes");
    }
    things.push_back({wanted.signing_key(), Copy(wanted.digest())});
  }
  return things;
}

void Render(const std::vector<std::optional<Approval>>& found,
            v1::FindApprovalsResponse& response) {
  for (const std::optional<Approval>& one : found) {
    v1::FoundApproval& message = *response.add_approvals();
    if (!one.has_value()) continue;
    message.set_id(one->id);
    message.set_signature(AsString(one->signature));
  }
}

absl::StatusOr<ReceiptQuestion> ParseReceipts(
    const v1::VerifyReceiptsRequest& request) {
  if (request.receipts_size() > kMostWanted) {
    return absl::InvalidArgumentError(
        absl::StrCat("receipts: at most ", kMostWanted));
  }
  ReceiptQuestion question;
  question.card.key_set = request.key_set();
  ASSIGN_OR_RETURN(
      question.card.key_diversification_data,
      ParseDiversificationData(request.key_diversification_data()));
  for (const v1::CardReceipt& receipt : request.receipts()) {
    ASSIGN_OR_RETURN(ConfirmedContent content, ParseConfirmed(receipt));
    question.receipts.push_back({Copy(receipt.receipt()),
                                 Copy(receipt.confirmation_data()),
                                 std::move(content)});
  }
  return question;
}

void Render(const Approval& approval, v1::Approval& message) {
  message.set_id(approval.id);
  message.set_approver(approval.approver);
  message.set_signing_key(approval.signing_key);
  message.set_summary(approval.summary);
  message.set_reason(approval.reason);
  message.set_digest(AsString(approval.digest));
  message.set_signature(AsString(approval.signature));
  message.set_approved_at_us(absl::ToUnixMicros(approval.approved_at));
  message.set_valid_until_us(absl::ToUnixMicros(approval.valid_until));
}

void Render(const std::vector<Approval>& approvals,
            v1::ListApprovalsResponse& response) {
  for (const Approval& one : approvals) Render(one, *response.add_approvals());
}

void Render(const std::vector<ContentKey>& keys,
            v1::ListSigningKeysResponse& response) {
  for (const ContentKey& key : keys) {
    v1::ContentSigningKey& message = *response.add_keys();
    message.set_name(key.name);
    message.set_signs(key.signs == hsm::ContentSignature::kDap ? "dap"
                                                               : "token");
    message.set_algorithm(AlgorithmName(key.algorithm));
    message.set_modulus(AsString(key.public_key.modulus));
    message.set_exponent(AsString(key.public_key.exponent));
    message.set_point(AsString(key.public_key.point));
    message.set_pem(key.pem);
  }
}

}  // namespace cardferry::keyvault
