#include "agent/agent_config.h"

#include <set>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/repeated_ptr_field.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/config.h"

namespace cardferry::agent {
namespace {

constexpr char kStateDirectory[] = "/var/lib/cardferry-agent";
constexpr uint32_t kCommandSeconds = 60;
constexpr uint32_t kStopSeconds = 20;
constexpr uint32_t kMaxSeconds = 3600;

absl::StatusOr<std::vector<std::string>> Patterns(
    const google::protobuf::RepeatedPtrField<std::string>& patterns,
    absl::string_view field) {
  std::set<std::string> seen;
  for (const std::string& pattern : patterns) {
    if (pattern.empty() || !seen.insert(pattern).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(field, ": \"", pattern, "\" is empty or named twice"));
    }
  }
  return std::vector<std::string>(patterns.begin(), patterns.end());
}

absl::StatusOr<absl::Duration> Seconds(uint32_t value, uint32_t usual,
                                       absl::string_view field) {
  if (value > kMaxSeconds) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ": ", value, " is more than ", kMaxSeconds));
  }
  return absl::Seconds(value == 0 ? usual : value);
}

absl::StatusOr<std::string> WholePath(absl::string_view field,
                                      const std::string& path,
                                      const std::string& usual) {
  if (path.empty()) return usual;
  if (path[0] == '/') return path;
  return absl::InvalidArgumentError(
      absl::StrCat(field, ": \"", path, "\" is not a whole path, from / on"));
}

}  // namespace

absl::StatusOr<AgentConfig> ParseAgentConfig(
    const config::v1::AgentConfig& proto, const std::string& state_directory) {
  AgentConfig config;
  config.gateway = proto.gateway();
  if (config.gateway.find(':') == std::string::npos) {
    return absl::InvalidArgumentError(
        "gateway: want \"host:port\" of the orchestrator");
  }
  ASSIGN_OR_RETURN(config.tls, rpc::ToTlsFiles(proto.tls()));
  ASSIGN_OR_RETURN(config.readers.serve, Patterns(proto.readers(), "readers"));
  ASSIGN_OR_RETURN(config.readers.ignore,
                   Patterns(proto.ignore_readers(), "ignore_readers"));
  ASSIGN_OR_RETURN(
      config.journal,
      WholePath("journal", proto.journal(),
                absl::StrCat(
                    state_directory.empty() ? kStateDirectory : state_directory,
                    "/journal")));
  ASSIGN_OR_RETURN(config.stored, WholePath("stored", proto.stored(),
                                            config.journal + "-stored"));
  ASSIGN_OR_RETURN(
      config.stored_key,
      WholePath("stored_key", proto.stored_key(), config.stored + "/seal.key"));
  ASSIGN_OR_RETURN(
      config.command_patience,
      Seconds(proto.command_seconds(), kCommandSeconds, "command_seconds"));
  ASSIGN_OR_RETURN(config.stop_patience,
                   Seconds(proto.stop_seconds(), kStopSeconds, "stop_seconds"));
  return config;
}

}  // namespace cardferry::agent
