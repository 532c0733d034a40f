#ifndef CARDFERRY_AGENT_AGENT_CONFIG_H_
#define CARDFERRY_AGENT_AGENT_CONFIG_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/reader_filter.h"
#include "lib/rpc/tls_files.h"
#include "proto/cardferry/config/v1/agent.pb.h"

namespace cardferry::agent {

// The validated configuration.
struct AgentConfig {
  std::string gateway;
  rpc::TlsFiles tls;
  ReaderFilter readers;
  std::string journal;
  std::string stored;      // folder of packets that wait for their cards
  std::string stored_key;  // file with the key that they are encrypted under
  absl::Duration command_patience;
  absl::Duration stop_patience;
};

// INVALID_ARGUMENT, naming the field, for what is missing or makes no sense.
// `state_directory`: the environment's $STATE_DIRECTORY; may be empty.
absl::StatusOr<AgentConfig> ParseAgentConfig(
    const config::v1::AgentConfig& proto, const std::string& state_directory);

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_AGENT_CONFIG_H_
