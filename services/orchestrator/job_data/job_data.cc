#include "services/orchestrator/job_data/job_data.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lib/base/status_macros.h"

namespace cardferry::orchestrator {
namespace {

// What is stored begins with one of these:
//   00 | the data, of a version that sealed nothing (the schema's migration put
//        it there)
//   01 ... a box (its own first byte), of a version that sealed for no job
//   02 | a box for the job
constexpr uint8_t kPlain = 0x00;
constexpr uint8_t kForAnyJob = 0x01;
constexpr uint8_t kForOneJob = 0x02;

constexpr absl::string_view kAnyJob = "job data";

std::string PurposeFor(const std::string& job_id) {
  return absl::StrCat("data of job ", job_id);
}

}  // namespace

absl::StatusOr<Bytes> SealJobData(const crypto::SealedBox& box,
                                  const std::string& job_id, ByteSpan data) {
  if (data.empty()) return Bytes();
  ASSIGN_OR_RETURN(const Bytes sealed, box.Seal(PurposeFor(job_id), data));
  return Concat({Bytes{kForOneJob}, sealed});
}

absl::StatusOr<Bytes> OpenJobData(const crypto::SealedBox& box,
                                  const std::string& job_id, ByteSpan stored) {
  if (stored.empty()) return Bytes();
  if (stored[0] != kForOneJob) {
    return absl::DataLossError("the job's data are not sealed for it");
  }
  return box.Open(PurposeFor(job_id), stored.subspan(1));
}

absl::StatusOr<Bytes> ResealJobData(const crypto::SealedBox& box,
                                    const std::string& job_id,
                                    ByteSpan stored) {
  if (!stored.empty() && stored[0] == kPlain) {
    return SealJobData(box, job_id, stored.subspan(1));
  }
  if (!stored.empty() && stored[0] == kForAnyJob) {
    ASSIGN_OR_RETURN(const Bytes data, box.Open(kAnyJob, stored));
    return SealJobData(box, job_id, data);
  }
  RETURN_IF_ERROR(OpenJobData(box, job_id, stored).status());
  return Bytes(stored.begin(), stored.end());
}

bool IsSealed(ByteSpan stored) {
  return !stored.empty() && stored[0] != kPlain;
}

}  // namespace cardferry::orchestrator
