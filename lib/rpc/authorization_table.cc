#include "lib/rpc/authorization_table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace cardferry::rpc {
namespace {

// "/package.Service/Method".
bool IsMethod(absl::string_view method) {
  const std::vector<absl::string_view> parts = absl::StrSplit(method, '/');
  return parts.size() == 3 && parts[0].empty() && !parts[1].empty() &&
         !parts[2].empty();
}

std::string List(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  return absl::StrJoin(names, ", ");
}

}  // namespace

absl::StatusOr<AuthorizationTable> AuthorizationTable::Create(
    absl::Span<const Row> rows) {
  AuthorizationTable table;
  for (const Row& row : rows) {
    if (!IsMethod(row.method)) {
      return absl::InvalidArgumentError(
          absl::StrCat("not a /package.Service/Method: ", row.method));
    }
    if (row.roles.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("no role may call ", row.method));
    }
    const bool fresh =
        table.roles_of_
            .try_emplace(row.method, row.roles.begin(), row.roles.end())
            .second;
    if (!fresh) {
      return absl::InvalidArgumentError(
          absl::StrCat("two rows for ", row.method));
    }
  }
  return table;
}

absl::Status AuthorizationTable::Check(absl::string_view method,
                                       const Identity& caller) const {
  const auto row = roles_of_.find(method);
  if (row == roles_of_.end()) {
    return absl::UnimplementedError("no such method");
  }
  if (!row->second.contains(caller.role)) {
    return absl::PermissionDeniedError(absl::StrCat(
        "the role ", RoleName(caller.role), " may not call ", row->first));
  }
  return absl::OkStatus();
}

absl::Status AuthorizationTable::CheckComplete(
    absl::Span<const std::string> methods) const {
  std::vector<std::string> without_row;
  absl::flat_hash_set<std::string> known;
  for (const std::string& method : methods) {
    if (!roles_of_.contains(method)) without_row.push_back(method);
    known.insert(method);
  }
  std::vector<std::string> without_method;
  for (const auto& [method, roles] : roles_of_) {
    if (!known.contains(method)) without_method.push_back(method);
  }
  if (without_row.empty() && without_method.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the authorization table does not fit the services; methods without a "
      "row: [",
      List(std::move(without_row)), "]; rows without a method: [",
      List(std::move(without_method)), "]"));
}

}  // namespace cardferry::rpc
