#include "services/orchestrator/repository/ended_jobs.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::orchestrator {
namespace {

// The same ones in each statement of a transaction: jobs go last.
constexpr char kOldest[] =
    " IN (SELECT number FROM jobs WHERE ended_us < :before "
    "ORDER BY ended_us, number LIMIT :page)";

}  // namespace

absl::StatusOr<int64_t> EndedJobs::Forget(absl::Time before) {
  for (const char* of_jobs : {"job_applets", "job_facts", "packets",
                              "prepared_packets", "prepared_jobs"}) {
    RETURN_IF_ERROR(tx_.Execute(absl::StrCat("DELETE FROM ", of_jobs,
                                             " WHERE job", kOldest),
                                {{"before", before}, {"page", kPage}})
                        .status());
  }
  return tx_.Execute(absl::StrCat("DELETE FROM jobs WHERE number", kOldest),
                     {{"before", before}, {"page", kPage}});
}

absl::StatusOr<std::optional<absl::Time>> EndedJobs::LastEnd() {
  ASSIGN_OR_RETURN(const store::Row row,
                   tx_.QueryOne("SELECT MAX(ended_us) FROM jobs"));
  std::optional<absl::Time> end;
  RETURN_IF_ERROR(row.Read(end));
  return end;
}

}  // namespace cardferry::orchestrator
