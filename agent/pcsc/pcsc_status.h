#ifndef CARDFERRY_AGENT_PCSC_PCSC_STATUS_H_
#define CARDFERRY_AGENT_PCSC_PCSC_STATUS_H_

#include <winscard.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cardferry::agent {

// An SCARD_* return code as a Status; `call` is the function that gave it.
// UNAVAILABLE for everything that another card, another connection or a
// restarted pcscd can cure; PERMISSION_DENIED where pcscd refuses us;
// INVALID_ARGUMENT and INTERNAL for our own mistakes.
absl::Status PcscStatus(LONG code, absl::string_view call);

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_PCSC_PCSC_STATUS_H_
