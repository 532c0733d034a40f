#include "services/keyvault/install_privileges.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::keyvault {
namespace {

constexpr size_t kLeastAid = 5;
constexpr size_t kMostAid = 16;
constexpr size_t kMostLengthBytes = 2;  // after 81 or 82: no command has more

absl::Status Invalid(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("INSTALL: ", what));
}

// Takes `size` bytes from the front of `rest`.
absl::StatusOr<ByteSpan> Take(size_t size, ByteSpan& rest) {
  if (rest.size() < size) {
    return Invalid("a field goes over the end of the command");
  }
  const ByteSpan taken = rest.subspan(0, size);
  rest.remove_prefix(size);
  return taken;
}

absl::Status SkipAid(ByteSpan& rest) {
  ASSIGN_OR_RETURN(const ByteSpan length, Take(1, rest));
  if (length[0] != 0 && (length[0] < kLeastAid || length[0] > kMostAid)) {
    return Invalid("an AID is not of 0 or 5 to 16 bytes");
  }
  return Take(length[0], rest).status();
}

// Nothing when the field is empty.
absl::StatusOr<std::optional<uint32_t>> TakePrivileges(ByteSpan& rest) {
  ASSIGN_OR_RETURN(const ByteSpan length, Take(1, rest));
  if (length[0] == 0) return std::nullopt;
  if (length[0] != 1 && length[0] != 3) {
    return Invalid("privileges are not of 1 or 3 bytes");
  }
  ASSIGN_OR_RETURN(const ByteSpan privileges, Take(length[0], rest));
  uint32_t all = 0;
  for (size_t i = 0; i < 3; ++i) {
    all = all << 8 | (i < privileges.size() ? privileges[i] : 0u);
  }
  return all;
}

// Skips a field whose length is BER (GPCS 2.3.1, 11.1.5): 00 to 7F, 81 80 to
// 81 FF, 82 0100 to 82 FFFF. Longer forms of the same are refused, since cards
// differ in what they make of them.
absl::Status SkipBerField(ByteSpan& rest) {
  ASSIGN_OR_RETURN(const ByteSpan first, Take(1, rest));
  if (first[0] < 0x80) return Take(first[0], rest).status();
  const size_t count = first[0] & 0x7Fu;
  if (count == 0 || count > kMostLengthBytes) {
    return Invalid("a length is not of 1 to 3 bytes");
  }
  ASSIGN_OR_RETURN(const ByteSpan bytes, Take(count, rest));
  size_t length = 0;
  for (const uint8_t byte : bytes) length = length << 8 | byte;
  if (length < (count == 1 ? 0x80u : 0x100u)) {
    return Invalid("a length is not in its shortest form");
  }
  return Take(length, rest).status();
}

}  // namespace

absl::StatusOr<uint32_t> PrivilegesOfInstall(const card::CommandApdu& command) {
  ByteSpan rest = command.data();
  RETURN_IF_ERROR(SkipAid(rest));  // load file
  RETURN_IF_ERROR(SkipAid(rest));  // module
  RETURN_IF_ERROR(SkipAid(rest));  // application
  ASSIGN_OR_RETURN(const std::optional<uint32_t> privileges,
                   TakePrivileges(rest));
  if (!privileges.has_value()) {
    return Invalid("privileges are not of 1 or 3 bytes");
  }
  RETURN_IF_ERROR(SkipBerField(rest));  // parameters
  RETURN_IF_ERROR(SkipBerField(rest));  // token
  if (!rest.empty()) return Invalid("bytes after the last field");
  return *privileges;
}

absl::StatusOr<std::optional<uint32_t>> PrivilegesOfRegistryChange(
    const card::CommandApdu& command) {
  ByteSpan rest = command.data();
  RETURN_IF_ERROR(SkipAid(rest));  // security domain
  ASSIGN_OR_RETURN(const ByteSpan module, Take(1, rest));
  if (module[0] != 0) return Invalid("a module is named");
  RETURN_IF_ERROR(SkipAid(rest));  // application or load file
  ASSIGN_OR_RETURN(const std::optional<uint32_t> privileges,
                   TakePrivileges(rest));
  ASSIGN_OR_RETURN(const ByteSpan parameters, Take(1, rest));
  if (parameters[0] != 0) {
    return Invalid("a change of the registry has parameters");
  }
  RETURN_IF_ERROR(SkipBerField(rest));  // token
  if (!rest.empty()) return Invalid("bytes after the last field");
  return privileges;
}

}  // namespace cardferry::keyvault
