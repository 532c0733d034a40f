#include "services/orchestrator/orchestrator_config.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/config.h"

namespace cardferry::orchestrator {
namespace {

constexpr uint32_t kMostWorkers = 256;
constexpr uint32_t kEventDays = 400;
constexpr uint32_t kMostEventDays = 36500;
constexpr uint32_t kEventCount = 1'000'000;

absl::Status CheckPresent(absl::string_view name, const std::string& value) {
  if (!value.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " is missing"));
}

}  // namespace

absl::StatusOr<OrchestratorConfig> ParseOrchestratorConfig(
    const config::v1::OrchestratorConfig& proto) {
  RETURN_IF_ERROR(CheckPresent("listen", proto.listen()));
  RETURN_IF_ERROR(CheckPresent("sequencer", proto.sequencer()));
  RETURN_IF_ERROR(CheckPresent("database", proto.database()));
  if (!absl::StartsWith(proto.database(), "sqlite3://")) {
    return absl::InvalidArgumentError(
        "database must begin with sqlite3:// (sqlite3:///absolute/path)");
  }
  if (proto.workers() > kMostWorkers) {
    return absl::InvalidArgumentError(absl::StrCat(
        "workers is ", proto.workers(), ", at most ", kMostWorkers));
  }
  if (proto.event_days() > kMostEventDays) {
    return absl::InvalidArgumentError(absl::StrCat(
        "event_days is ", proto.event_days(), ", at most ", kMostEventDays));
  }
  OrchestratorConfig config;
  ASSIGN_OR_RETURN(config.tls, rpc::ToTlsFiles(proto.tls()));
  config.listen = proto.listen();
  config.sequencer = proto.sequencer();
  config.database = proto.database();
  if (proto.workers() != 0) config.workers = static_cast<int>(proto.workers());
  config.admit_unlisted_agents = proto.admit_unlisted_agents();
  config.event_age =
      absl::Hours(24) *
      (proto.event_days() == 0 ? kEventDays : proto.event_days());
  config.event_count =
      proto.event_count() == 0 ? kEventCount : proto.event_count();
  return config;
}

}  // namespace cardferry::orchestrator
