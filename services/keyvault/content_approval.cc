#include "services/keyvault/content_approval.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/gp/registry_commands.h"
#include "lib/card/gp/token.h"

namespace cardferry::keyvault {
namespace {

using hsm::ContentSignature;

// Tokens are for commands as they are before a channel protects them.
constexpr uint8_t kUnprotected = 0x00;

absl::StatusOr<ContentMessage> TokenOf(
    const absl::StatusOr<card::CommandApdu>& command, std::string summary) {
  RETURN_IF_ERROR(command.status());
  ASSIGN_OR_RETURN(Bytes message, card::TokenMessage(*command));
  return ContentMessage{ContentSignature::kToken, std::move(message),
                        std::move(summary)};
}

struct MakeMessage {
  absl::StatusOr<ContentMessage> operator()(
      const LoadFileApproval& content) const {
    if (!card::IsLoadFileHash(content.load_file_hash)) {
      return absl::InvalidArgumentError(
          "load_file_hash is not SHA-1, SHA-256, SHA-384 or SHA-512");
    }
    return ContentMessage{
        ContentSignature::kDap, content.load_file_hash,
        absl::StrCat("load file with hash ", ToHex(content.load_file_hash))};
  }

  absl::StatusOr<ContentMessage> operator()(const LoadApproval& content) const {
    if (!card::IsLoadFileHash(content.load_file_hash)) {
      return absl::InvalidArgumentError(
          "a load is approved for one load file: load_file_hash is missing, or "
          "of another length");
    }
    return TokenOf(
        card::InstallForLoad(content.load_file, content.security_domain,
                             content.load_file_hash),
        absl::StrCat("load ", content.load_file.ToHex(), " into ",
                     content.security_domain.ToHex(), ", hash ",
                     ToHex(content.load_file_hash)));
  }

  absl::StatusOr<ContentMessage> operator()(
      const InstallApproval& content) const {
    const card::Installation& what = content.installation;
    return TokenOf(
        card::InstallAndMakeSelectable(what, kUnprotected),
        absl::StrCat("install ", what.instance.ToHex(), " of ",
                     what.load_file.ToHex(), "/", what.module.ToHex(),
                     ", privileges ", ToHex(what.privileges), ", ",
                     what.parameters.size(), " bytes of parameters"));
  }

  absl::StatusOr<ContentMessage> operator()(
      const ExtraditionApproval& content) const {
    return TokenOf(card::Extradite(content.content, content.security_domain),
                   absl::StrCat("extradite ", content.content.ToHex(), " to ",
                                content.security_domain.ToHex()));
  }

  absl::StatusOr<ContentMessage> operator()(
      const DeleteApproval& content) const {
    return TokenOf(
        card::DeleteContent(content.content, content.related
                                                 ? card::DeleteRelated::kYes
                                                 : card::DeleteRelated::kNo),
        absl::StrCat("delete ", content.content.ToHex(),
                     content.related ? " and what came of it" : ""));
  }
};

}  // namespace

absl::StatusOr<ContentMessage> MessageOf(const ApprovedContent& content) {
  return std::visit(MakeMessage(), content);
}

}  // namespace cardferry::keyvault
