#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_JOB_DATA_JOB_DATA_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_JOB_DATA_JOB_DATA_H_

#include <string>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/crypto/sealed_box.h"

// What a job brings to a card, install parameters or a whole manifest, may be
// somebody's data: in the database it is sealed.
namespace cardferry::orchestrator {

// For the database, as the data of this job. No data stay none.
absl::StatusOr<Bytes> SealJobData(const crypto::SealedBox& box,
                                  const std::string& job_id, ByteSpan data);

// From the database. DATA_LOSS when they were changed there, are another job's,
// or when the service has another key than they were sealed with. That they are
// none any more, nobody can tell.
absl::StatusOr<Bytes> OpenJobData(const crypto::SealedBox& box,
                                  const std::string& job_id, ByteSpan stored);

// What the database should hold instead of what an earlier version stored,
// sealed for no job or not at all; all else comes back as it is. DATA_LOSS as
// above.
absl::StatusOr<Bytes> ResealJobData(const crypto::SealedBox& box,
                                    const std::string& job_id, ByteSpan stored);

// False for what an earlier version stored as it was: it says nothing of the
// key.
bool IsSealed(ByteSpan stored);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_JOB_DATA_JOB_DATA_H_
