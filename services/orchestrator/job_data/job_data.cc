#include "services/orchestrator/job_data/job_data.h"

#include "absl/strings/string_view.h"

namespace cardferry::orchestrator {
namespace {

constexpr absl::string_view kPurpose = "job data";

// Before data that were stored by a version that sealed nothing (the schema's
// migration puts it there). A box begins with another byte.
constexpr uint8_t kPlain = 0x00;

}  // namespace

absl::StatusOr<Bytes> SealJobData(const crypto::SealedBox& box, ByteSpan data) {
  if (data.empty()) return Bytes();
  return box.Seal(kPurpose, data);
}

absl::StatusOr<Bytes> OpenJobData(const crypto::SealedBox& box,
                                  ByteSpan stored) {
  if (stored.empty()) return Bytes();
  if (stored[0] == kPlain) return Bytes(stored.begin() + 1, stored.end());
  return box.Open(kPurpose, stored);
}

}  // namespace cardferry::orchestrator
