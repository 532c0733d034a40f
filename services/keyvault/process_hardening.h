#ifndef CARDFERRY_SERVICES_KEYVAULT_PROCESS_HARDENING_H_
#define CARDFERRY_SERVICES_KEYVAULT_PROCESS_HARDENING_H_

#include "absl/status/status.h"

namespace cardferry::keyvault {

// Keeps this process's memory to itself: no core dump, and no other process of
// the same user may read its memory or trace it. Call it before the first
// secret is read. INTERNAL when the kernel refuses.
absl::Status KeepMemoryPrivate();

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_PROCESS_HARDENING_H_
