#ifndef CARDFERRY_CLI_SETTINGS_H_
#define CARDFERRY_CLI_SETTINGS_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "lib/rpc/tls_files.h"

namespace cardferry::cli {

// What was said on the command line; empty: nothing.
struct SettingFlags {
  std::string config;
  std::string orchestrator;
  std::string keyvault;
  std::string certificate;
  std::string private_key;
  std::string ca;
};

// Where the services are and who we are.
struct Settings {
  std::string orchestrator;  // "host:port"
  std::string keyvault;      // the same; empty: it is not asked
  rpc::TlsFiles tls;
};

// The value of an environment variable; empty when it is not set.
using Environment = std::function<std::string(const char*)>;

// The service that a command cannot do without.
enum class Needs { kOrchestrator, kKeyvault };

// A flag goes before its environment variable (CARDFERRY_ORCHESTRATOR, ...),
// that before the configuration file, whose name comes from --config, else
// CARDFERRY_CONFIG. INVALID_ARGUMENT that says how to give what is missing; the
// file's own errors as they are.
absl::StatusOr<Settings> ResolveSettings(const SettingFlags& flags,
                                         const Environment& environment,
                                         Needs needs = Needs::kOrchestrator);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_SETTINGS_H_
