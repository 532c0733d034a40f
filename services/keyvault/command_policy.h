#ifndef CARDFERRY_SERVICES_KEYVAULT_COMMAND_POLICY_H_
#define CARDFERRY_SERVICES_KEYVAULT_COMMAND_POLICY_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/card/apdu/command_apdu.h"
#include "services/keyvault/operation_class.h"

namespace cardferry::keyvault {

// Which privileges (install_privileges.h) are content.
struct PrivilegePolicy {
  uint32_t allowed = 0;  // INSTALL may give these
  // An application that is there may be given some of them instead of all that
  // it had.
  bool may_replace = false;
};

// The class that `command` belongs to, from its header, and from its data
// where only that tells content from keys. What is not known to be harmless is
// refused. An INSTALL that gives other privileges than `privileges` allows is
// of class kCardState: security domains and what locks, ends, deletes or takes
// over the card are not content. So is one that takes privileges: which ones,
// only the card knows; they may be the DAP verification that holds those who
// send content.
// PERMISSION_DENIED: a command that no caller may have (secure messaging
//   already in its CLA, INITIALIZE UPDATE, EXTERNAL AUTHENTICATE, PUT KEY, or
//   an unknown one).
// INVALID_ARGUMENT: one whose data cannot be read.
absl::StatusOr<OperationClass> ClassOfCommand(
    const card::CommandApdu& command, const PrivilegePolicy& privileges);

// OK when a session of class `granted` may send `command`; else as above, or
// PERMISSION_DENIED. The classes kKeys and kCardState allow nothing: they need
// an approval that is not a part of the request.
absl::Status CheckCommand(OperationClass granted,
                          const card::CommandApdu& command,
                          const PrivilegePolicy& privileges);

// The same of commands that are sent one after the other; the refusal says
// which. A row of STORE DATA commands is looked at as a whole, for it is what
// the card reads: it has to be in there from its first block (P2 00) to its
// last (P1 80).
absl::Status CheckCommands(OperationClass granted,
                           absl::Span<const card::CommandApdu> commands,
                           const PrivilegePolicy& privileges);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_COMMAND_POLICY_H_
