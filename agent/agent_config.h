#ifndef CARDFERRY_AGENT_AGENT_CONFIG_H_
#define CARDFERRY_AGENT_AGENT_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/rpc/tls_files.h"
#include "proto/cardferry/config/v1/agent.pb.h"

namespace cardferry::agent {

// The validated configuration.
struct AgentConfig {
  std::string gateway;
  rpc::TlsFiles tls;
  std::vector<std::string> readers;  // empty: the first one found
};

// INVALID_ARGUMENT, naming the field, for what is missing or makes no sense.
absl::StatusOr<AgentConfig> ParseAgentConfig(
    const config::v1::AgentConfig& proto);

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_AGENT_CONFIG_H_
