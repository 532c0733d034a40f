#include "services/orchestrator/job_data/job_data_takeover.h"

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/job_data/job_data.h"
#include "services/orchestrator/repository/job_repository.h"

namespace cardferry::orchestrator {
namespace {

constexpr char kGivenUp[] =
    "What the job was to bring to the card could not be opened: it was sealed "
    "with another key than the service has now (data_key_file). Add the job "
    "again.";
constexpr char kItsPacketLives[] =
    " Its packet can still be run: insert the card at a connected reader.";

// What the database holds of jobs.
struct Found {
  bool key_fits = false;  // it has opened something
  int64_t resealed = 0;
  std::vector<std::string> unreadable;  // ids
};

absl::StatusOr<Found> Reseal(JobRepository& jobs,
                             const crypto::SealedBox& box) {
  Found found;
  ASSIGN_OR_RETURN(const std::vector<std::string> ids, jobs.WithParameters());
  for (const std::string& id : ids) {
    ASSIGN_OR_RETURN(const Bytes stored, jobs.InstallParameters(id));
    const absl::StatusOr<Bytes> sealed = ResealJobData(box, id, stored);
    if (absl::IsDataLoss(sealed.status())) {
      found.unreadable.push_back(id);
      continue;
    }
    RETURN_IF_ERROR(sealed.status());
    found.key_fits |= IsSealed(stored);
    if (*sealed == stored) continue;
    RETURN_IF_ERROR(jobs.SetInstallParameters(id, *sealed));
    ++found.resealed;
  }
  return found;
}

absl::Status WrongKey(const std::vector<std::string>& jobs) {
  return absl::FailedPreconditionError(absl::StrCat(
      "what waiting jobs are to bring to cards (", jobs.size(),
      " of them, the first is job ", jobs[0],
      ") was sealed with another key than the one in data_key_file, which was "
      "perhaps made just now because there was none. Put the right file back "
      "and start again. If it is lost, so are these data: with "
      "give_up_unreadable_jobs: true, for one start, the jobs fail; then add "
      "them again"));
}

}  // namespace

absl::Status TakeOverJobData(store::Database& database,
                             const crypto::SealedBox& box,
                             UnreadableJobs unreadable, absl::Time now) {
  const bool give_up = unreadable == UnreadableJobs::kGiveUp;
  ASSIGN_OR_RETURN(
      const Found found,
      database.Write([&](store::Transaction& tx) -> absl::StatusOr<Found> {
        JobRepository jobs(tx);
        ASSIGN_OR_RETURN(Found seen, Reseal(jobs, box));
        if (seen.unreadable.empty()) return seen;
        if (!give_up && !seen.key_fits) return WrongKey(seen.unreadable);
        for (const std::string& id : seen.unreadable) {
          if (!give_up) break;
          ASSIGN_OR_RETURN(const Job job, jobs.Get(id));
          const std::string message = absl::StrCat(
              kGivenUp, job.prepared.has_value() ? kItsPacketLives : "");
          RETURN_IF_ERROR(jobs.Finish(id, std::nullopt,
                                      {JobState::kFailed, message, {}}, now));
        }
        return seen;
      }));
  for (const std::string& id : found.unreadable) {
    LogWarning(give_up ? "job given up, its data cannot be opened"
                       : "job's data were changed in the database",
               {{"job", id}});
  }
  if (found.resealed == 0) return absl::OkStatus();
  LogInfo("jobs' data sealed anew", {{"jobs", found.resealed}});
  // What they were stands in the log.
  return database.TruncateLog().status();
}

}  // namespace cardferry::orchestrator
