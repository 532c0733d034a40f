#include "lib/rpc/identity.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace cardferry::rpc {
namespace {

constexpr absl::string_view kPrefix = "spiffe://cardferry/";
constexpr size_t kLongestName = 63;

struct NamedRole {
  Role role;
  absl::string_view name;
};
constexpr NamedRole kRoles[] = {
    {Role::kKeyvault, "keyvault"},         {Role::kSequencer, "sequencer"},
    {Role::kOrchestrator, "orchestrator"}, {Role::kAgent, "agent"},
    {Role::kOperator, "operator"},         {Role::kAuditor, "auditor"},
    {Role::kApprover, "approver"},
};

bool IsNameCharacter(char c) {
  return absl::ascii_islower(static_cast<unsigned char>(c)) ||
         absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '-' ||
         c == '_' || c == '.';
}

bool IsName(absl::string_view name) {
  if (name.empty() || name.size() > kLongestName) return false;
  if (name[0] == '-' || name[0] == '_' || name[0] == '.') return false;
  for (const char c : name) {
    if (!IsNameCharacter(c)) return false;
  }
  return true;
}

}  // namespace

absl::string_view RoleName(Role role) {
  for (const NamedRole& known : kRoles) {
    if (known.role == role) return known.name;
  }
  return "unknown";
}

absl::StatusOr<Role> ParseRole(absl::string_view text) {
  for (const NamedRole& known : kRoles) {
    if (known.name == text) return known.role;
  }
  return absl::InvalidArgumentError("not the name of a role");
}

std::string IdentityUri(const Identity& identity) {
  return absl::StrCat(kPrefix, RoleName(identity.role), "/", identity.name);
}

absl::StatusOr<Identity> ParseIdentityUri(absl::string_view uri) {
  if (!absl::ConsumePrefix(&uri, kPrefix)) {
    return absl::UnauthenticatedError(
        "the certificate's URI is not of the trust domain cardferry");
  }
  const size_t slash = uri.find('/');
  if (slash == absl::string_view::npos) {
    return absl::UnauthenticatedError(
        "the certificate's URI has no name after the role");
  }
  const absl::StatusOr<Role> role = ParseRole(uri.substr(0, slash));
  if (!role.ok()) {
    return absl::UnauthenticatedError("the certificate's role is unknown");
  }
  const absl::string_view name = uri.substr(slash + 1);
  if (!IsName(name)) {
    return absl::UnauthenticatedError(
        "the certificate's name is not 1 to 63 of a-z 0-9 - _ .");
  }
  return Identity{*role, std::string(name)};
}

absl::StatusOr<Identity> IdentityFromUris(
    absl::Span<const absl::string_view> uris) {
  if (uris.size() != 1) {
    return absl::UnauthenticatedError(absl::StrCat(
        "the certificate has ", uris.size(), " URIs instead of one"));
  }
  return ParseIdentityUri(uris[0]);
}

std::ostream& operator<<(std::ostream& out, Role role) {
  return out << RoleName(role);
}

std::ostream& operator<<(std::ostream& out, const Identity& identity) {
  return out << IdentityUri(identity);
}

}  // namespace cardferry::rpc
