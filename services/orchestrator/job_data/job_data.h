#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_JOB_DATA_JOB_DATA_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_JOB_DATA_JOB_DATA_H_

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/crypto/sealed_box.h"

// What a job brings to a card, install parameters or a whole manifest, may be
// somebody's data: in the database it is sealed.
namespace cardferry::orchestrator {

// For the database; no data stay none.
absl::StatusOr<Bytes> SealJobData(const crypto::SealedBox& box, ByteSpan data);

// From the database. DATA_LOSS when it was changed there, or when the service
// has another key than it was sealed with.
absl::StatusOr<Bytes> OpenJobData(const crypto::SealedBox& box,
                                  ByteSpan stored);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_JOB_DATA_JOB_DATA_H_
