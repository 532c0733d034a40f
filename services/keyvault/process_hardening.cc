#include "services/keyvault/process_hardening.h"

#include <sys/prctl.h>
#include <sys/resource.h>

namespace cardferry::keyvault {

absl::Status KeepMemoryPrivate() {
  constexpr rlimit kNoCore = {0, 0};
  if (setrlimit(RLIMIT_CORE, &kNoCore) != 0) {
    return absl::InternalError("core dumps cannot be turned off (RLIMIT_CORE)");
  }
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
    return absl::InternalError(
        "memory cannot be kept private (PR_SET_DUMPABLE)");
  }
  return absl::OkStatus();
}

}  // namespace cardferry::keyvault
