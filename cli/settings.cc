#include "cli/settings.h"

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/config.h"
#include "proto/cardferry/config/v1/cli.pb.h"

namespace cardferry::cli {
namespace {

std::string Either(const std::string& flag, const std::string& configured) {
  return flag.empty() ? configured : flag;
}

absl::Status CheckPresent(const std::string& value, absl::string_view what,
                          absl::string_view flag, absl::string_view field) {
  if (!value.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("no ", what, ": give ", flag, ", or ", field,
                   " in a configuration file (--config FILE or "
                   "CARDFERRY_CONFIG)"));
}

}  // namespace

absl::StatusOr<Settings> ResolveSettings(
    const SettingFlags& flags, const std::string& environment_config) {
  config::v1::CliConfig config;
  const std::string path = Either(flags.config, environment_config);
  if (!path.empty()) RETURN_IF_ERROR(rpc::ReadTextproto(path, config));
  Settings settings;
  settings.orchestrator = Either(flags.orchestrator, config.orchestrator());
  settings.tls.certificate =
      Either(flags.certificate, config.tls().certificate());
  settings.tls.private_key =
      Either(flags.private_key, config.tls().private_key());
  settings.tls.ca = Either(flags.ca, config.tls().ca());
  RETURN_IF_ERROR(CheckPresent(settings.orchestrator, "orchestrator",
                               "--orchestrator HOST:PORT", "`orchestrator`"));
  RETURN_IF_ERROR(CheckPresent(settings.tls.certificate, "certificate",
                               "--certificate FILE", "`tls.certificate`"));
  RETURN_IF_ERROR(CheckPresent(settings.tls.private_key, "private key",
                               "--private_key FILE", "`tls.private_key`"));
  RETURN_IF_ERROR(
      CheckPresent(settings.tls.ca, "authority", "--ca FILE", "`tls.ca`"));
  return settings;
}

}  // namespace cardferry::cli
