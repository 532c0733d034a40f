#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_JOB_CHECK_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_JOB_CHECK_H_

#include "absl/status/status.h"
#include "services/orchestrator/model/application.h"
#include "services/orchestrator/model/job.h"

namespace cardferry::orchestrator {

inline constexpr size_t kMaxInstallParameterBytes = 4096;
inline constexpr size_t kMaxJobApplets = 64;
inline constexpr size_t kMaxManifestBytes = 64 << 10;

// Whether a job makes sense by itself. INVALID_ARGUMENT, saying what does not.
absl::Status CheckNewJob(const NewJob& job);

// Whether its applets are the application's. INVALID_ARGUMENT, saying which is
// not.
absl::Status CheckApplets(const JobSubject& subject,
                          const Application& application);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_JOB_CHECK_H_
