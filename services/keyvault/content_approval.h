#ifndef CARDFERRY_SERVICES_KEYVAULT_CONTENT_APPROVAL_H_
#define CARDFERRY_SERVICES_KEYVAULT_CONTENT_APPROVAL_H_

#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "hsm-config/key_profile.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/gp/content_commands.h"

namespace cardferry::keyvault {

// What somebody may approve: one thing each, named whole. The vault makes the
// bytes to be signed of it.

// A load file with this hash, before a security domain that verifies (DAP).
struct LoadFileApproval {
  Bytes load_file_hash;
};
// INSTALL [for load] of such a load file.
struct LoadApproval {
  card::Aid load_file;
  card::Aid security_domain;
  Bytes load_file_hash;
};
// INSTALL [for install and make selectable].
struct InstallApproval {
  card::Installation installation;
};
// INSTALL [for extradition] of an application or load file.
struct ExtraditionApproval {
  card::Aid content;
  card::Aid security_domain;
};
// DELETE; `related`: with all that came of it.
struct DeleteApproval {
  card::Aid content;
  bool related = false;
};
using ApprovedContent =
    std::variant<LoadFileApproval, LoadApproval, InstallApproval,
                 ExtraditionApproval, DeleteApproval>;

// What is signed for it.
struct ContentMessage {
  hsm::ContentSignature kind = hsm::ContentSignature::kDap;
  Bytes message;
  // For people, in the ledger and in lists; without install parameters, which
  // may be somebody's data.
  std::string summary;
};

// INVALID_ARGUMENT for a hash that is none, or privileges of another length;
// RESOURCE_EXHAUSTED when no command has room for it.
absl::StatusOr<ContentMessage> MessageOf(const ApprovedContent& content);

// That somebody has approved something: the ledger's record.
struct Approval {
  std::string id;
  std::string approver;
  std::string signing_key;
  std::string summary;
  std::string reason;
  Bytes digest;  // SHA-256 of what is signed
  Bytes signature;
  absl::Time approved_at;
  absl::Time valid_until;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_CONTENT_APPROVAL_H_
