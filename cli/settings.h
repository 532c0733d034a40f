#ifndef CARDFERRY_CLI_SETTINGS_H_
#define CARDFERRY_CLI_SETTINGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "lib/rpc/tls_files.h"

namespace cardferry::cli {

// What was said on the command line; empty: nothing.
struct SettingFlags {
  std::string config;
  std::string orchestrator;
  std::string certificate;
  std::string private_key;
  std::string ca;
};

// Where the orchestrator is and who we are.
struct Settings {
  std::string orchestrator;  // "host:port"
  rpc::TlsFiles tls;
};

// Flags before the configuration file; the file is --config's, else
// `environment_config` (CARDFERRY_CONFIG; may be empty). INVALID_ARGUMENT that
// says how to give what is missing; the file's own errors as they are.
absl::StatusOr<Settings> ResolveSettings(const SettingFlags& flags,
                                         const std::string& environment_config);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_SETTINGS_H_
