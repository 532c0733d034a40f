#ifndef CARDFERRY_LIB_RPC_IDENTITY_H_
#define CARDFERRY_LIB_RPC_IDENTITY_H_

#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace cardferry::rpc {

// What a process or person is allowed to be. Certificates with another role
// are refused in the handshake.
enum class Role {
  kKeyvault,
  kSequencer,
  kOrchestrator,
  kAgent,
  kOperator,
  kAuditor,
  // A person who signs content for cards. Nobody who sends it: an operator is
  // somebody else.
  kApprover,
};

// "keyvault", "sequencer", ...: as in the certificate.
absl::string_view RoleName(Role role);
// The reverse. INVALID_ARGUMENT for any other text.
absl::StatusOr<Role> ParseRole(absl::string_view text);

// Who is at the other end of a connection, as its certificate says.
struct Identity {
  Role role;
  // 1 to 63 of a-z, 0-9, '-', '_', '.'; begins with a letter or a digit.
  std::string name;

  friend bool operator==(const Identity& a, const Identity& b) {
    return a.role == b.role && a.name == b.name;
  }
  friend bool operator!=(const Identity& a, const Identity& b) {
    return !(a == b);
  }
};

// "spiffe://cardferry/<role>/<name>".
std::string IdentityUri(const Identity& identity);
// The reverse. UNAUTHENTICATED for another trust domain, an unknown role or a
// name outside the character set; there is no second spelling of an identity.
absl::StatusOr<Identity> ParseIdentityUri(absl::string_view uri);

// The identity in a certificate whose URI subject alternative names are `uris`.
// UNAUTHENTICATED unless there is exactly one and it is an identity.
absl::StatusOr<Identity> IdentityFromUris(
    absl::Span<const absl::string_view> uris);

// For logs and tests.
std::ostream& operator<<(std::ostream& out, Role role);
std::ostream& operator<<(std::ostream& out, const Identity& identity);

}  // namespace cardferry::rpc

#endif  // CARDFERRY_LIB_RPC_IDENTITY_H_
