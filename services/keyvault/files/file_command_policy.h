#ifndef CARDFERRY_SERVICES_KEYVAULT_FILES_FILE_COMMAND_POLICY_H_
#define CARDFERRY_SERVICES_KEYVAULT_FILES_FILE_COMMAND_POLICY_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/card/apdu/command_apdu.h"
#include "services/keyvault/operation_class.h"

namespace cardferry::keyvault {

// The class of a command for files (ISO/IEC 7816-4 and 7816-9), from its header
// and, of CREATE FILE, from what is created. What is not known to be harmless
// is refused:
//   kRead       SELECT, READ BINARY and RECORD, GET DATA, asking for tries left
//   kContent    CREATE, DELETE, ACTIVATE and DEACTIVATE FILE; UPDATE BINARY and
//               RECORD, APPEND RECORD
//   kKeys       CREATE FILE of an internal EF, which is where keys and
//               passwords are
//   kCardState  TERMINATE EF, DF and CARD USAGE
// PERMISSION_DENIED: a command that no caller may have: another class than 00
// or an unknown instruction; VERIFY with data, and all that authenticates or
// changes what authenticates. INVALID_ARGUMENT: CREATE FILE whose parameters
// cannot be read.
absl::StatusOr<OperationClass> ClassOfFileCommand(
    const card::CommandApdu& command);

// OK when a session of class `granted` may send `command`; else as above, or
// PERMISSION_DENIED. The classes kKeys and kCardState allow nothing.
absl::Status CheckFileCommand(OperationClass granted,
                              const card::CommandApdu& command);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_FILES_FILE_COMMAND_POLICY_H_
