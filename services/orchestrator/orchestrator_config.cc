#include "services/orchestrator/orchestrator_config.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/config.h"

namespace cardferry::orchestrator {
namespace {

constexpr char kSqlite[] = "sqlite3://";
constexpr uint32_t kMostWorkers = 256;
constexpr uint32_t kEventDays = 400;
constexpr uint32_t kJobDays = 90;
constexpr uint32_t kMostDays = 36500;
constexpr uint32_t kEventCount = 1'000'000;

absl::Status CheckPresent(absl::string_view name, const std::string& value) {
  if (!value.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " is missing"));
}

absl::StatusOr<absl::Duration> ToAge(absl::string_view name, uint32_t days,
                                     uint32_t unless_said) {
  if (days > kMostDays) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " is ", days, ", at most ", kMostDays));
  }
  return absl::Hours(24) * (days == 0 ? unless_said : days);
}

}  // namespace

absl::StatusOr<OrchestratorConfig> ParseOrchestratorConfig(
    const config::v1::OrchestratorConfig& proto) {
  RETURN_IF_ERROR(CheckPresent("listen", proto.listen()));
  RETURN_IF_ERROR(CheckPresent("sequencer", proto.sequencer()));
  RETURN_IF_ERROR(CheckPresent("database", proto.database()));
  if (!absl::StartsWith(proto.database(), kSqlite)) {
    return absl::InvalidArgumentError(
        "database must begin with sqlite3:// (sqlite3:///absolute/path)");
  }
  if (proto.workers() > kMostWorkers) {
    return absl::InvalidArgumentError(absl::StrCat(
        "workers is ", proto.workers(), ", at most ", kMostWorkers));
  }
  ASSIGN_OR_RETURN(const absl::Duration event_age,
                   ToAge("event_days", proto.event_days(), kEventDays));
  ASSIGN_OR_RETURN(const absl::Duration job_age,
                   ToAge("job_days", proto.job_days(), kJobDays));
  OrchestratorConfig config;
  ASSIGN_OR_RETURN(config.tls, rpc::ToTlsFiles(proto.tls()));
  config.listen = proto.listen();
  config.sequencer = proto.sequencer();
  config.database = proto.database();
  if (proto.workers() != 0) config.workers = static_cast<int>(proto.workers());
  config.admit_unlisted_agents = proto.admit_unlisted_agents();
  config.event_age = event_age;
  config.job_age = job_age;
  config.event_count =
      proto.event_count() == 0 ? kEventCount : proto.event_count();
  config.data_key_file =
      proto.data_key_file().empty()
          ? absl::StrCat(absl::StripPrefix(proto.database(), kSqlite), ".key")
          : proto.data_key_file();
  config.give_up_unreadable_jobs = proto.give_up_unreadable_jobs();
  return config;
}

}  // namespace cardferry::orchestrator
