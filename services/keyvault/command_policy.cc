#include "services/keyvault/command_policy.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/apdu/aid.h"
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
constexpr uint8_t kSetStatus = 0xF0;
constexpr uint8_t kLastBlock = 0x80;  // P1 of STORE DATA

absl::Status Refused(const CommandHeader& header, absl::string_view why) {
  return absl::PermissionDeniedError(
      absl::StrFormat("command %02X%02X%02X%02X: %s", header.cla, header.ins,
                      header.p1, header.p2, why));
}

OperationClass ContentIf(bool harmless) {
  return harmless ? OperationClass::kContent : OperationClass::kCardState;
}

// P1 of INSTALL (GPC 2.3.1, 11.5.2.1) is a set of bits: 02 load, 04 install, 08
// make selectable, 10 extradition, 20 personalization, 40 registry update, 80
// more commands follow.
absl::StatusOr<OperationClass> ClassOfInstall(const CommandApdu& command,
                                              const PrivilegePolicy& policy) {
  switch (command.header().p1) {
    case 0x02:
      return OperationClass::kContent;
    case 0x04:
    case 0x08:
    case 0x0C: {
      // [for make selectable] has to have privileges. It is for applications
      // that are not selectable yet, and hold nothing.
      ASSIGN_OR_RETURN(const uint32_t given, PrivilegesOfInstall(command));
      return ContentIf((given & ~policy.allowed) == 0);
    }
    case 0x10: {
      ASSIGN_OR_RETURN(const std::optional<uint32_t> given,
                       PrivilegesOfRegistryChange(command));
      return ContentIf(!given.has_value());
    }
    case 0x40: {
      ASSIGN_OR_RETURN(const std::optional<uint32_t> given,
                       PrivilegesOfRegistryChange(command));
      return ContentIf(!given.has_value() ||
                       (policy.may_replace && (*given & ~policy.allowed) == 0));
    }
    case 0x20:
      return OperationClass::kPersonalize;
    default:
      return Refused(command.header(), "no INSTALL that is known to be safe");
  }
}

// P1 of SET STATUS (GPC 2.3.1, 11.10.2.1): 40 is one application or security
// domain beside the issuer's; 60 a security domain with all that belongs to it,
// 80 the card. Of applications, P2 has 80 to lock and 00 to unlock (11.10.2.2);
// other states are the application's own business.
absl::StatusOr<OperationClass> ClassOfSetStatus(const CommandApdu& command) {
  constexpr uint8_t kAnApplication = 0x40;
  constexpr uint8_t kLock = 0x80;
  constexpr uint8_t kUnlock = 0x00;
  const CommandHeader& header = command.header();
  const bool locks = header.p2 == kLock || header.p2 == kUnlock;
  if (header.p1 != kAnApplication || !locks) return OperationClass::kCardState;
  RETURN_IF_ERROR(card::Aid::Create(command.data()).status());
  return OperationClass::kContent;
}

absl::StatusOr<OperationClass> ClassOfDelete(const CommandApdu& command) {
  ASSIGN_OR_RETURN(const bool keys, DeletesKeys(command));
  return keys ? OperationClass::kKeys : OperationClass::kContent;
}

absl::StatusOr<OperationClass> ClassOfStoreData(const CommandApdu& command) {
  ASSIGN_OR_RETURN(const bool keys, StoresKeys(command));
  return keys ? OperationClass::kKeys : OperationClass::kPersonalize;
}

absl::Status CheckGranted(OperationClass granted, const CommandHeader& header) {
  if (granted == OperationClass::kKeys ||
      granted == OperationClass::kCardState) {
    return Refused(header, "this class needs two people's approval");
  }
  return absl::OkStatus();
}

absl::Status CheckCovered(OperationClass granted, OperationClass needed,
                          const CommandHeader& header) {
  if (Covers(granted, needed)) return absl::OkStatus();
  return Refused(header, absl::StrFormat("is of class %s, the session's is %s",
                                         OperationClassName(needed),
                                         OperationClassName(granted)));
}

// The number of STORE DATA commands at the front, up to a last block; 0 for
// another command.
size_t RowOfStoreData(absl::Span<const CommandApdu> commands) {
  size_t row = 0;
  for (const CommandApdu& command : commands) {
    const CommandHeader& header = command.header();
    if (header.cla != kGlobalPlatform || header.ins != kStoreData) break;
    ++row;
    if ((header.p1 & kLastBlock) != 0) break;
  }
  return row;
}

absl::Status CheckRow(OperationClass granted,
                      absl::Span<const CommandApdu> row) {
  const CommandHeader& first = row.front().header();
  RETURN_IF_ERROR(CheckGranted(granted, first));
  if (first.p2 != 0 || (row.back().header().p1 & kLastBlock) == 0) {
    return Refused(first,
                   "a row of STORE DATA without its first or last block");
  }
  ASSIGN_OR_RETURN(const bool keys, StoresKeys(row));
  return CheckCovered(
      granted, keys ? OperationClass::kKeys : OperationClass::kPersonalize,
      first);
}

}  // namespace

absl::StatusOr<OperationClass> ClassOfCommand(
    const CommandApdu& command, const PrivilegePolicy& privileges) {
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
      return ClassOfInstall(command, privileges);
    case kDelete:
      return ClassOfDelete(command);
    case kStoreData:
      return ClassOfStoreData(command);
    case kSetStatus:
      return ClassOfSetStatus(command);
    default:
      return Refused(header, "no command that a caller may have protected");
  }
}

absl::Status CheckCommand(OperationClass granted, const CommandApdu& command,
                          const PrivilegePolicy& privileges) {
  RETURN_IF_ERROR(CheckGranted(granted, command.header()));
  ASSIGN_OR_RETURN(const OperationClass needed,
                   ClassOfCommand(command, privileges));
  return CheckCovered(granted, needed, command.header());
}

absl::Status CheckCommands(OperationClass granted,
                           absl::Span<const CommandApdu> commands,
                           const PrivilegePolicy& privileges) {
  size_t i = 0;
  while (i < commands.size()) {
    const size_t row = RowOfStoreData(commands.subspan(i));
    const absl::Status allowed =
        row == 0 ? CheckCommand(granted, commands[i], privileges)
                 : CheckRow(granted, commands.subspan(i, row));
    RETURN_IF_ERROR(Annotate(allowed, absl::StrCat("command ", i)));
    i += std::max<size_t>(row, 1);
  }
  return absl::OkStatus();
}

}  // namespace cardferry::keyvault
