#include "agent/agent_config.h"

#include <set>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/config.h"

namespace cardferry::agent {

absl::StatusOr<AgentConfig> ParseAgentConfig(
    const config::v1::AgentConfig& proto) {
  AgentConfig config;
  config.gateway = proto.gateway();
  if (config.gateway.find(':') == std::string::npos) {
    return absl::InvalidArgumentError(
        "gateway: want \"host:port\" of the orchestrator");
  }
  ASSIGN_OR_RETURN(config.tls, rpc::ToTlsFiles(proto.tls()));
  std::set<std::string> seen;
  for (const std::string& reader : proto.readers()) {
    if (reader.empty() || !seen.insert(reader).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("readers: \"", reader, "\" is empty or named twice"));
    }
    config.readers.push_back(reader);
  }
  return config;
}

}  // namespace cardferry::agent
