#include "lib/card/gp/registry_commands.h"

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::card {
namespace {

constexpr uint8_t kCla = 0x80;

// INSTALL's P1.
enum class For : uint8_t {
  kMakeSelectable = 0x08,
  kExtradition = 0x10,
  kPersonalization = 0x20,
  kRegistryUpdate = 0x40,
};

// The fields of all these kinds, each with its length; the second one is always
// empty, and so is the last one, the token.
struct Fields {
  ByteSpan security_domain;
  ByteSpan what;
  ByteSpan privileges;
  ByteSpan parameters;
};

absl::StatusOr<CommandApdu> Install(For purpose, const Fields& fields) {
  constexpr uint8_t kInstall = 0xE6;
  Bytes data;
  AppendLengthValue(data, fields.security_domain);
  AppendLengthValue(data, {});
  AppendLengthValue(data, fields.what);
  AppendLengthValue(data, fields.privileges);
  AppendLengthValue(data, fields.parameters);
  AppendLengthValue(data, {});
  return CommandApdu::Create(
      {kCla, kInstall, static_cast<uint8_t>(purpose), 0x00}, data,
      CommandApdu::kMaxShortLe);
}

absl::Status CheckPrivileges(ByteSpan privileges) {
  if (privileges.size() == 1 || privileges.size() == 3) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrFormat(
      "privileges of %d bytes: they have 1 or 3", privileges.size()));
}

}  // namespace

absl::StatusOr<CommandApdu> MakeSelectable(const Aid& application,
                                           ByteSpan privileges) {
  RETURN_IF_ERROR(CheckPrivileges(privileges));
  return Install(For::kMakeSelectable,
                 {{}, application.bytes(), privileges, {}});
}

absl::StatusOr<CommandApdu> Extradite(const Aid& what,
                                      const Aid& security_domain) {
  return Install(For::kExtradition,
                 {security_domain.bytes(), what.bytes(), {}, {}});
}

absl::StatusOr<CommandApdu> UpdateRegistry(const RegistryUpdate& update) {
  if (!update.privileges.empty()) {
    RETURN_IF_ERROR(CheckPrivileges(update.privileges));
  }
  const ByteSpan domain = update.security_domain.has_value()
                              ? update.security_domain->bytes()
                              : ByteSpan();
  return Install(For::kRegistryUpdate, {domain, update.application.bytes(),
                                        update.privileges, update.parameters});
}

absl::StatusOr<CommandApdu> SetLocked(const Aid& application, bool locked) {
  constexpr uint8_t kSetStatus = 0xF0;
  constexpr uint8_t kAnApplication = 0x40;
  return CommandApdu::Create({kCla, kSetStatus, kAnApplication,
                              static_cast<uint8_t>(locked ? 0x80 : 0x00)},
                             application.bytes(), std::nullopt);
}

absl::StatusOr<CommandApdu> InstallForPersonalization(const Aid& application) {
  return Install(For::kPersonalization, {{}, application.bytes(), {}, {}});
}

}  // namespace cardferry::card
