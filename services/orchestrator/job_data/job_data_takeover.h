#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_JOB_DATA_JOB_DATA_TAKEOVER_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_JOB_DATA_JOB_DATA_TAKEOVER_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/crypto/sealed_box.h"
#include "lib/store/database.h"

namespace cardferry::orchestrator {

// What becomes of jobs whose data nobody can open.
enum class UnreadableJobs {
  kRefuse,  // if there are only such: the key is wrong, and must not be used
  kGiveUp,  // they fail, and their data are forgotten
};

// At the service's start, before anybody asks for a job: seals anew what an
// earlier version stored, and finds out whether this is the key that the others
// were sealed with. FAILED_PRECONDITION, saying what to do, when it opens none
// of them and `unreadable` is kRefuse; then nothing was changed.
absl::Status TakeOverJobData(store::Database& database,
                             const crypto::SealedBox& box,
                             UnreadableJobs unreadable, absl::Time now);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_JOB_DATA_JOB_DATA_TAKEOVER_H_
