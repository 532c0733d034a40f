#include "services/keyvault/install_privileges.h"

#include "absl/status/status.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::keyvault {
namespace {

constexpr size_t kFieldsBeforePrivileges = 3;
constexpr size_t kFieldsAfterPrivileges = 2;

// Takes a field with its length from the front of `rest`.
absl::StatusOr<ByteSpan> TakeField(ByteSpan& rest) {
  if (rest.empty() || rest.size() - 1 < rest[0]) {
    return absl::InvalidArgumentError(
        "INSTALL: a field goes over the end of the command");
  }
  const ByteSpan field = rest.subspan(1, rest[0]);
  rest.remove_prefix(1 + field.size());
  return field;
}

absl::Status SkipFields(size_t count, ByteSpan& rest) {
  for (size_t i = 0; i < count; ++i) {
    RETURN_IF_ERROR(TakeField(rest).status());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<uint32_t> PrivilegesOfInstall(const card::CommandApdu& command) {
  ByteSpan rest = command.data();
  RETURN_IF_ERROR(SkipFields(kFieldsBeforePrivileges, rest));
  ASSIGN_OR_RETURN(const ByteSpan privileges, TakeField(rest));
  if (privileges.size() != 1 && privileges.size() != 3) {
    return absl::InvalidArgumentError(
        "INSTALL: privileges are not of 1 or 3 bytes");
  }
  RETURN_IF_ERROR(SkipFields(kFieldsAfterPrivileges, rest));
  if (!rest.empty()) {
    return absl::InvalidArgumentError("INSTALL: bytes after the last field");
  }
  uint32_t all = 0;
  for (size_t i = 0; i < 3; ++i) {
    all = all << 8 | (i < privileges.size() ? privileges[i] : 0u);
  }
  return all;
}

}  // namespace cardferry::keyvault
