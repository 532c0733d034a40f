// JobRepository: what jobs bring to cards, sealed by those who ask.
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/job_row.h"

namespace cardferry::orchestrator {

absl::StatusOr<Bytes> JobRepository::InstallParameters(const std::string& id) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query("SELECT install_parameters FROM jobs WHERE number = :number",
                {{"number", ToNumber(id)}}));
  if (rows.empty()) return Get(id).status();
  std::optional<Bytes> parameters;
  RETURN_IF_ERROR(rows[0].Read(parameters));
  return parameters.value_or(Bytes());
}

absl::Status JobRepository::SetInstallParameters(const std::string& id,
                                                 const Bytes& parameters) {
  ASSIGN_OR_RETURN(
      const int64_t changed,
      tx_.Execute("UPDATE jobs SET install_parameters = :parameters "
                  "WHERE number = :number AND ended_us IS NULL",
                  {{"parameters", parameters}, {"number", ToNumber(id)}}));
  if (changed == 1) return absl::OkStatus();
  RETURN_IF_ERROR(Get(id).status());
  return absl::FailedPreconditionError(absl::StrCat("job ", id, " is over"));
}

absl::StatusOr<std::vector<std::string>> JobRepository::WithParameters() {
  ASSIGN_OR_RETURN(const std::vector<store::Row> rows,
                   tx_.Query("SELECT number FROM jobs WHERE "
                             "install_parameters <> '' ORDER BY number"));
  std::vector<std::string> ids;
  for (const store::Row& row : rows) {
    int64_t number = 0;
    RETURN_IF_ERROR(row.Read(number));
    ids.push_back(absl::StrCat(number));
  }
  return ids;
}

}  // namespace cardferry::orchestrator
