#include "services/keyvault/command_policy.h"

#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/install_privileges.h"
#include "services/keyvault/key_data.h"

namespace cardferry::keyvault {
namespace {

using card::CommandApdu;
using card::CommandHeader;

// CLA (GPC 2.3.1, 11.1.4): GlobalPlatform commands on the basic channel, and
// interindustry ones. Everything else carries secure messaging, a logical
// channel or command chaining.
constexpr uint8_t kGlobalPlatform = 0x80;
constexpr uint8_t kInterindustry = 0x00;

// INS (GPC 2.3.1, 11.1.1).
constexpr uint8_t kGetData = 0xCA;
constexpr uint8_t kGetStatus = 0xF2;
constexpr uint8_t kInstall = 0xE6;
constexpr uint8_t kLoad = 0xE8;
constexpr uint8_t kDelete = 0xE4;
constexpr uint8_t kStoreData = 0xE2;

absl::Status Refused(const CommandHeader& header, absl::string_view why) {
  return absl::PermissionDeniedError(
      absl::StrFormat("command %02X%02X%02X%02X: %s", header.cla, header.ins,
                      header.p1, header.p2, why));
}

// P1 of INSTALL (GPC 2.3.1, 11.5.2.1) is a set of bits: 02 load, 04 install, 08
// make selectable, 10 extradition, 20 personalization, 40 registry update, 80
// more commands follow.
absl::StatusOr<OperationClass> ClassOfInstall(const CommandApdu& command,
                                              uint32_t allowed_privileges) {
  switch (command.header().p1) {
    case 0x02:
      return OperationClass::kContent;
    case 0x04:
    case 0x08:
    case 0x0C: {
      ASSIGN_OR_RETURN(const uint32_t privileges, PrivilegesOfInstall(command));
      return (privileges & ~allowed_privileges) == 0
                 ? OperationClass::kContent
                 : OperationClass::kCardState;
    }
    case 0x20:
      return OperationClass::kPersonalize;
    default:
      return Refused(command.header(), "no INSTALL that is known to be safe");
  }
}

absl::StatusOr<OperationClass> ClassOfDelete(const CommandApdu& command) {
  ASSIGN_OR_RETURN(const bool keys, DeletesKeys(command));
  return keys ? OperationClass::kKeys : OperationClass::kContent;
}

absl::StatusOr<OperationClass> ClassOfStoreData(const CommandApdu& command) {
  ASSIGN_OR_RETURN(const bool keys, StoresKeys(command));
  return keys ? OperationClass::kKeys : OperationClass::kPersonalize;
}

}  // namespace

absl::StatusOr<OperationClass> ClassOfCommand(const CommandApdu& command,
                                              uint32_t allowed_privileges) {
  const CommandHeader& header = command.header();
  if (header.cla == kInterindustry && header.ins == kGetData) {
    return OperationClass::kRead;
  }
  if (header.cla != kGlobalPlatform) {
    return Refused(header, "only CLA 80, or 00 for GET DATA");
  }
  switch (header.ins) {
    case kGetData:
    case kGetStatus:
      return OperationClass::kRead;
    case kLoad:
      return OperationClass::kContent;
    case kInstall:
      return ClassOfInstall(command, allowed_privileges);
    case kDelete:
      return ClassOfDelete(command);
    case kStoreData:
      return ClassOfStoreData(command);
    default:
      return Refused(header, "no command that a caller may have protected");
  }
}

absl::Status CheckCommand(OperationClass granted, const CommandApdu& command,
                          uint32_t allowed_privileges) {
  if (granted == OperationClass::kKeys ||
      granted == OperationClass::kCardState) {
    return Refused(command.header(), "this class needs two people's approval");
  }
  ASSIGN_OR_RETURN(const OperationClass needed,
                   ClassOfCommand(command, allowed_privileges));
  if (needed == OperationClass::kRead || needed == granted) {
    return absl::OkStatus();
  }
  return Refused(
      command.header(),
      absl::StrFormat("is of class %s, the session's is %s",
                      OperationClassName(needed), OperationClassName(granted)));
}

}  // namespace cardferry::keyvault
