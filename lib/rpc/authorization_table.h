#ifndef CARDFERRY_LIB_RPC_AUTHORIZATION_TABLE_H_
#define CARDFERRY_LIB_RPC_AUTHORIZATION_TABLE_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "lib/rpc/identity.h"

namespace cardferry::rpc {

// The methods of the services that every rpc::Server has. They need rows too.
inline constexpr char kHealthCheck[] = "/grpc.health.v1.Health/Check";
inline constexpr char kHealthWatch[] = "/grpc.health.v1.Health/Watch";
inline constexpr char kReflection[] =
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

// Who may call what: the only place where a service says so. Immutable.
class AuthorizationTable {
 public:
  struct Row {
    // "/package.Service/Method".
    std::string method;
    // At least one.
    std::vector<Role> roles;
  };

  // INVALID_ARGUMENT for a malformed or repeated method, or one without roles.
  static absl::StatusOr<AuthorizationTable> Create(absl::Span<const Row> rows);

  // OK, or PERMISSION_DENIED, or UNIMPLEMENTED for a method without a row.
  absl::Status Check(absl::string_view method, const Identity& caller) const;

  // OK when the table has a row for each of `methods` and no other row, else
  // FAILED_PRECONDITION naming every one that is missing or too many.
  absl::Status CheckComplete(absl::Span<const std::string> methods) const;

 private:
  AuthorizationTable() = default;

  absl::flat_hash_map<std::string, absl::flat_hash_set<Role>> roles_of_;
};

}  // namespace cardferry::rpc

#endif  // CARDFERRY_LIB_RPC_AUTHORIZATION_TABLE_H_
