#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_ORCHESTRATOR_CONFIG_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_ORCHESTRATOR_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/rpc/tls_files.h"
#include "proto/cardferry/config/v1/orchestrator.pb.h"

namespace cardferry::orchestrator {

// The validated configuration.
struct OrchestratorConfig {
  std::string listen;
  rpc::TlsFiles tls;
  std::string sequencer;
  std::string database;
  int workers = 16;
  bool admit_unlisted_agents = false;
  absl::Duration event_age;
  int64_t event_count = 0;
  absl::Duration job_age;
  std::string data_key_file;
  bool give_up_unreadable_jobs = false;
};

// INVALID_ARGUMENT, naming the field, for what is missing or makes no sense.
absl::StatusOr<OrchestratorConfig> ParseOrchestratorConfig(
    const config::v1::OrchestratorConfig& proto);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_ORCHESTRATOR_CONFIG_H_
