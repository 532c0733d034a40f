#include "cli/settings.h"

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/config.h"
#include "proto/cardferry/config/v1/cli.pb.h"

namespace cardferry::cli {
namespace {

// One setting's three sources.
struct Source {
  const std::string& flag;
  const char* variable;
  const std::string& configured;
};

std::string FirstOf(const Source& source, const Environment& environment) {
  if (!source.flag.empty()) return source.flag;
  std::string set = environment(source.variable);
  return set.empty() ? source.configured : set;
}

absl::Status CheckPresent(const std::string& value, absl::string_view what,
                          absl::string_view flag, absl::string_view variable,
                          absl::string_view field) {
  if (!value.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "no ", what, ": give ", flag, ", or ", variable, ", or ", field,
      " in a configuration file (--config FILE or CARDFERRY_CONFIG)"));
}

absl::Status CheckService(const Settings& settings, Needs needs) {
  if (needs == Needs::kKeyvault) {
    return CheckPresent(settings.keyvault, "keyvault", "--keyvault HOST:PORT",
                        "CARDFERRY_KEYVAULT", "`keyvault`");
  }
  return CheckPresent(settings.orchestrator, "orchestrator",
                      "--orchestrator HOST:PORT", "CARDFERRY_ORCHESTRATOR",
                      "`orchestrator`");
}

absl::Status CheckComplete(const Settings& settings, Needs needs) {
  RETURN_IF_ERROR(CheckService(settings, needs));
  RETURN_IF_ERROR(CheckPresent(settings.tls.certificate, "certificate",
                               "--certificate FILE", "CARDFERRY_CERTIFICATE",
                               "`tls.certificate`"));
  RETURN_IF_ERROR(CheckPresent(settings.tls.private_key, "private key",
                               "--private-key FILE", "CARDFERRY_PRIVATE_KEY",
                               "`tls.private_key`"));
  return CheckPresent(settings.tls.ca, "authority", "--ca FILE", "CARDFERRY_CA",
                      "`tls.ca`");
}

}  // namespace

absl::StatusOr<Settings> ResolveSettings(const SettingFlags& flags,
                                         const Environment& environment,
                                         Needs needs) {
  config::v1::CliConfig config;
  const std::string path =
      FirstOf({flags.config, "CARDFERRY_CONFIG", ""}, environment);
  if (!path.empty()) RETURN_IF_ERROR(rpc::ReadTextproto(path, config));
  const config::v1::TlsFiles& tls = config.tls();
  const auto resolve = [&environment](const Source& source) {
    return FirstOf(source, environment);
  };
  Settings settings;
  settings.orchestrator = resolve(
      {flags.orchestrator, "CARDFERRY_ORCHESTRATOR", config.orchestrator()});
  settings.keyvault =
      resolve({flags.keyvault, "CARDFERRY_KEYVAULT", config.keyvault()});
  settings.tls.certificate =
      resolve({flags.certificate, "CARDFERRY_CERTIFICATE", tls.certificate()});
  settings.tls.private_key =
      resolve({flags.private_key, "CARDFERRY_PRIVATE_KEY", tls.private_key()});
  settings.tls.ca = resolve({flags.ca, "CARDFERRY_CA", tls.ca()});
  RETURN_IF_ERROR(CheckComplete(settings, needs));
  return settings;
}

}  // namespace cardferry::cli
