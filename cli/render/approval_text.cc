#include "cli/render/approval_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/render/table.h"
#include "cli/render/words.h"

namespace cardferry::cli {

namespace pb = ::cardferry::keyvault::v1;

std::string ApprovalTable(const std::vector<pb::Approval>& approvals) {
  if (approvals.empty()) {
    return "Nothing was approved yet: cardferry approval --help\n";
  }
  Table table({"id", "approver", "key", "valid until", "what"});
  for (const pb::Approval& one : approvals) {
    table.Add({Printable(one.id()), Printable(one.approver()),
               Printable(one.signing_key()), TimeText(one.valid_until_us()),
               Printable(one.summary())});
  }
  return table.Render();
}

std::string ApprovalText(const pb::Approval& approval) {
  std::string out;
  const auto line = [&out](absl::string_view name, const std::string& value) {
    absl::StrAppendFormat(&out, "%-12s %s\n", name, value);
  };
  line("approval", Printable(approval.id()));
  line("what", Printable(approval.summary()));
  line("approver", Printable(approval.approver()));
  line("reason", Printable(approval.reason()));
  line("signing key", Printable(approval.signing_key()));
  line("approved", TimeText(approval.approved_at_us()));
  line("valid until", TimeText(approval.valid_until_us()));
  line("digest", HexText(approval.digest()));
  line("signature", HexText(approval.signature()));
  return out;
}

std::string SigningKeyTable(const std::vector<pb::ContentSigningKey>& keys) {
  if (keys.empty()) {
    return "No signing keys: the keyvault's key profile names them "
           "(signing_keys).\n";
  }
  Table table({"key", "signs", "algorithm"});
  for (const pb::ContentSigningKey& key : keys) {
    table.Add({Printable(key.name()), Printable(key.signs()),
               Printable(key.algorithm())});
  }
  return table.Render();
}

}  // namespace cardferry::cli
