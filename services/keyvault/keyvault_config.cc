#include "services/keyvault/keyvault_config.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/channel_protocol.h"
#include "lib/rpc/config.h"
#include "services/keyvault/card_checks.h"

namespace cardferry::keyvault {
namespace {

// Longer ones are a slip of the pen: openings and command tokens live minutes.
constexpr uint32_t kLongestMinutes = 60 * 60;
constexpr uint32_t kLongestDays = 366 * 24 * 60 * 60;
constexpr uint32_t kMostCachedSessions = 1024;
constexpr uint32_t kAllPrivileges = 0xFFFFFF;
constexpr uint32_t kWidestWindow = 64;
constexpr uint32_t kMostLivePackets = 64;

absl::Status CheckPresent(absl::string_view name, const std::string& value) {
  if (!value.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(name, " is missing"));
}

// `target` keeps its default when the field is zero.
absl::Status TakeNumber(absl::string_view name, uint32_t field, uint32_t most,
                        size_t& target) {
  if (field == 0) return absl::OkStatus();
  if (field > most) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " is ", field, ", at most ", most));
  }
  target = field;
  return absl::OkStatus();
}

absl::Status TakeSeconds(absl::string_view name, uint32_t field, uint32_t most,
                         absl::Duration& target) {
  size_t seconds = 0;
  RETURN_IF_ERROR(TakeNumber(name, field, most, seconds));
  if (seconds != 0) target = absl::Seconds(seconds);
  return absl::OkStatus();
}

absl::Status TakeLimits(const config::v1::KeyVaultLimits& limits,
                        VaultPolicy& policy) {
  RETURN_IF_ERROR(TakeSeconds("limits.opening_seconds",
                              limits.opening_seconds(), kLongestMinutes,
                              policy.opening_lifetime));
  RETURN_IF_ERROR(TakeSeconds("limits.command_token_seconds",
                              limits.command_token_seconds(), kLongestMinutes,
                              policy.command_token_lifetime));
  RETURN_IF_ERROR(TakeSeconds("limits.verify_token_seconds",
                              limits.verify_token_seconds(), kLongestDays,
                              policy.verify_token_lifetime));
  RETURN_IF_ERROR(TakeSeconds("limits.failure_memory_seconds",
                              limits.failure_memory_seconds(), kLongestDays,
                              policy.failure_memory));
  RETURN_IF_ERROR(TakeNumber("limits.most_failed_cards",
                             limits.most_failed_cards(), UINT32_MAX,
                             policy.most_failed_cards));
  RETURN_IF_ERROR(TakeNumber("limits.cached_sessions", limits.cached_sessions(),
                             kMostCachedSessions, policy.cached_sessions));
  return TakeSeconds("limits.cache_seconds", limits.cache_seconds(),
                     kLongestMinutes, policy.cache_time);
}

absl::Status TakePredicted(const config::v1::PredictedPolicy& proto,
                           PredictedRules& rules) {
  ASSIGN_OR_RETURN(rules.aid, FromHex(proto.security_domain_aid()));
  if (rules.aid.size() < 5 || rules.aid.size() > 16) {
    return absl::InvalidArgumentError(
        "predicted.security_domain_aid: an AID has 5 to 16 bytes");
  }
  size_t window = rules.window;
  RETURN_IF_ERROR(
      TakeNumber("predicted.window", proto.window(), kWidestWindow, window));
  rules.window = static_cast<uint32_t>(window);
  RETURN_IF_ERROR(TakeNumber("predicted.most_live_packets",
                             proto.most_live_packets(), kMostLivePackets,
                             rules.most_live));
  RETURN_IF_ERROR(TakeNumber("predicted.most_packets_a_day",
                             proto.most_packets_a_day(), UINT32_MAX,
                             rules.most_a_day));
  return TakeSeconds("predicted.report_seconds", proto.report_seconds(),
                     kLongestDays, rules.report_time);
}

absl::Status TakeKeySet(const config::v1::KeySetPolicy& key_set,
                        VaultPolicy& policy) {
  RETURN_IF_ERROR(CheckPresent("key_sets.name", key_set.name()));
  KeySetRules rules;
  RETURN_IF_ERROR(Annotate(CheckLevelFloor(key_set.level_floor()),
                           absl::StrCat("key set ", key_set.name())));
  if (key_set.level_floor() != 0) {
    rules.level_floor = static_cast<uint8_t>(key_set.level_floor());
  }
  for (const uint32_t option : key_set.channel_options()) {
    if (option > 0xFF) {
      return absl::InvalidArgumentError(
          absl::StrCat("key set ", key_set.name(), ": channel_options has ",
                       option, ", `i` is one byte"));
    }
    rules.channel_options.insert(static_cast<uint8_t>(option));
  }
  if (key_set.allowed_privileges() > kAllPrivileges) {
    return absl::InvalidArgumentError(
        absl::StrCat("key set ", key_set.name(),
                     ": allowed_privileges has more than three bytes"));
  }
  rules.allowed_privileges = key_set.allowed_privileges();
  rules.allow_keys_in_memory = key_set.allow_keys_in_memory();
  if (key_set.highest_unproven_counter() != 0) {
    rules.highest_unproven_counter = key_set.highest_unproven_counter();
  }
  if (key_set.has_predicted()) {
    rules.predicted.emplace();
    RETURN_IF_ERROR(
        Annotate(TakePredicted(key_set.predicted(), *rules.predicted),
                 absl::StrCat("key set ", key_set.name())));
  }
  if (!policy.key_sets.emplace(key_set.name(), rules).second) {
    return absl::InvalidArgumentError(
        absl::StrCat("key set ", key_set.name(), " is there twice"));
  }
  return absl::OkStatus();
}

absl::Status CheckMadeInMemory(const VaultPolicy& policy,
                               const KeySetDescription& key_set) {
  if (!key_set.made_in_memory) return absl::OkStatus();
  const auto rules = policy.key_sets.find(key_set.name);
  if (rules != policy.key_sets.end() && rules->second.allow_keys_in_memory) {
    return absl::OkStatus();
  }
  const std::string keys =
      key_set.scp() == kFileCards
          ? "the session keys of its file-oriented cards"
          : absl::StrCat("its cards' keys (", key_set.diversification,
                         ", AES-192)");
  return absl::InvalidArgumentError(
      absl::StrCat("key set ", key_set.name, ": ", keys,
                   " are put together in this process's memory; serve it only "
                   "with allow_keys_in_memory in its policy"));
}

}  // namespace

absl::StatusOr<KeyVaultConfig> ParseKeyVaultConfig(
    const config::v1::KeyVaultConfig& proto) {
  RETURN_IF_ERROR(CheckPresent("listen", proto.listen()));
  RETURN_IF_ERROR(CheckPresent("hsm.module", proto.hsm().module()));
  RETURN_IF_ERROR(CheckPresent("hsm.token_label", proto.hsm().token_label()));
  if (proto.hsm().token_directory().empty() !=
      proto.hsm().token_not_in_files()) {
    return absl::InvalidArgumentError(
        "hsm: either token_directory or token_not_in_files");
  }
  RETURN_IF_ERROR(CheckPresent("hsm.key_profile", proto.hsm().key_profile()));
  RETURN_IF_ERROR(CheckPresent("ledger", proto.ledger()));
  KeyVaultConfig config;
  ASSIGN_OR_RETURN(config.tls, rpc::ToTlsFiles(proto.tls()));
  config.listen = proto.listen();
  config.module = proto.hsm().module();
  config.token_label = proto.hsm().token_label();
  config.token_directory = proto.hsm().token_directory();
  config.init_string = proto.hsm().init_string();
  config.key_profile = proto.hsm().key_profile();
  config.ledger = proto.ledger();
  config.allow_test_keys = proto.allow_test_keys();
  RETURN_IF_ERROR(TakeLimits(proto.limits(), config.policy));
  for (const config::v1::KeySetPolicy& key_set : proto.key_sets()) {
    RETURN_IF_ERROR(TakeKeySet(key_set, config.policy));
  }
  return config;
}

HsmOptions HsmOptionsOf(const KeyVaultConfig& config) {
  HsmOptions options;
  options.token.module = {config.module, config.init_string};
  options.token.label = config.token_label;
  options.token_dir = config.token_directory;
  options.allow_test_keys = config.allow_test_keys;
  return options;
}

absl::Status CheckKeySets(const VaultPolicy& policy,
                          const std::vector<KeySetDescription>& key_sets) {
  for (const KeySetDescription& one : key_sets) {
    RETURN_IF_ERROR(CheckMadeInMemory(policy, one));
  }
  for (const auto& [name, rules] : policy.key_sets) {
    const auto found = std::find_if(
        key_sets.begin(), key_sets.end(),
        [&name = name](const auto& one) { return one.name == name; });
    if (found == key_sets.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("key_sets names ", name, ", which the token has not"));
    }
    for (const uint8_t option : rules.channel_options) {
      RETURN_IF_ERROR(
          Annotate(scp::CheckProtocol({found->scp(), option}),
                   absl::StrCat("key set ", name, ": channel_options allows")));
    }
  }
  return absl::OkStatus();
}

}  // namespace cardferry::keyvault
