#include "services/keyvault/files/file_command_policy.h"

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/iso7816/file_control.h"

namespace cardferry::keyvault {
namespace {

using card::CommandApdu;

absl::Status Refused(const CommandApdu& command, absl::string_view why) {
  const card::CommandHeader& header = command.header();
  return absl::PermissionDeniedError(
      absl::StrFormat("command %02X%02X%02X%02X: %s", header.cla, header.ins,
                      header.p1, header.p2, why));
}

// In 62 and nothing around it: a card may read 6F {82 ... 62 {82 ...}} as
// another file than ParseFileControl does.
absl::StatusOr<OperationClass> ClassOfCreate(const CommandApdu& command) {
  constexpr uint8_t kFileControlParameters = 0x62;
  if (command.data().empty() || command.data()[0] != kFileControlParameters) {
    return absl::InvalidArgumentError(
        "CREATE FILE: file control parameters are in 62");
  }
  ASSIGN_OR_RETURN(const card::FileControl control,
                   card::ParseFileControl(command.data()));
  const bool is_internal = !control.descriptor.has_value() ||
                           control.descriptor->internal ||
                           control.descriptor->kind == card::FileKind::kOther;
  return is_internal ? OperationClass::kKeys : OperationClass::kContent;
}

}  // namespace

absl::StatusOr<OperationClass> ClassOfFileCommand(const CommandApdu& command) {
  if (command.header().cla != 0x00) {
    return Refused(command, "only CLA 00 is protected for file-oriented cards");
  }
  switch (command.header().ins) {
    case 0xA4:  // SELECT
    case 0xB0:  // READ BINARY
    case 0xB1:
    case 0xB2:  // READ RECORD
    case 0xCA:  // GET DATA
      return OperationClass::kRead;
    case 0x20:  // VERIFY
      if (command.data().empty()) return OperationClass::kRead;
      return Refused(command, "passwords are made here, and never given");
    case 0xE0:  // CREATE FILE
      return ClassOfCreate(command);
    case 0xE4:  // DELETE FILE
    case 0x44:  // ACTIVATE FILE
    case 0x04:  // DEACTIVATE FILE
    case 0xD6:  // UPDATE BINARY
    case 0xD7:
    case 0xDC:  // UPDATE RECORD
    case 0xE2:  // APPEND RECORD
      return OperationClass::kContent;
    case 0xE6:  // TERMINATE DF
    case 0xE8:  // TERMINATE EF
    case 0xFE:  // TERMINATE CARD USAGE
      return OperationClass::kCardState;
    default:
      return Refused(command, "no command that a caller may have protected");
  }
}

absl::Status CheckFileCommand(OperationClass granted,
                              const CommandApdu& command) {
  ASSIGN_OR_RETURN(const OperationClass needed, ClassOfFileCommand(command));
  if (needed == OperationClass::kKeys || needed == OperationClass::kCardState) {
    return Refused(command,
                   absl::StrFormat("is of class %s, which needs two people's "
                                   "approval",
                                   OperationClassName(needed)));
  }
  if (Covers(granted, needed)) return absl::OkStatus();
  return Refused(command, absl::StrFormat("is of class %s, the session's is %s",
                                          OperationClassName(needed),
                                          OperationClassName(granted)));
}

}  // namespace cardferry::keyvault
