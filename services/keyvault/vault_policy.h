#ifndef CARDFERRY_SERVICES_KEYVAULT_VAULT_POLICY_H_
#define CARDFERRY_SERVICES_KEYVAULT_VAULT_POLICY_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "services/keyvault/predicted_rules.h"

namespace cardferry::keyvault {

// What the operator decides about the sessions of one key set.
struct KeySetRules {
  // The lowest security level; none stands for DefaultLevelFloor.
  std::optional<uint8_t> level_floor;
  // The options `i` that its cards may have; empty stands for
  // DefaultChannelOptions.
  std::set<uint8_t> channel_options;
  // The privileges that INSTALL may give (install_privileges.h).
  uint32_t allowed_privileges = 0;
  // Whether card keys may be put together in memory
  // (KeySetDescription::made_in_memory).
  bool allow_keys_in_memory = false;
  // The highest sequence counter for which an implicit session is begun.
  uint32_t highest_unproven_counter = 255;
  // Sessions without their card; none unless it is there.
  std::optional<PredictedRules> predicted = std::nullopt;

  bool operator==(const KeySetRules& o) const {
    return level_floor == o.level_floor &&
           channel_options == o.channel_options &&
           allowed_privileges == o.allowed_privileges &&
           allow_keys_in_memory == o.allow_keys_in_memory &&
           highest_unproven_counter == o.highest_unproven_counter &&
           predicted == o.predicted;
  }
};

// What the operator decides about the vault.
struct VaultPolicy {
  // From the issue of an opening to its expiry.
  absl::Duration opening_lifetime = absl::Minutes(10);
  // From an opening's expiry to that of the tokens of its session.
  absl::Duration command_token_lifetime = absl::Minutes(10);
  absl::Duration verify_token_lifetime = absl::Hours(1);
  // How long a failed verification counts.
  absl::Duration failure_memory = absl::Hours(24 * 30);
  // So many different cards that failed at one agent suspend it.
  size_t most_failed_cards = 5;
  // By the key set's name; the defaults for others.
  std::map<std::string, KeySetRules> key_sets;
  // Sessions whose keys stay in the HSM for the next request, and how long.
  size_t cached_sessions = 32;
  absl::Duration cache_time = absl::Seconds(30);
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_VAULT_POLICY_H_
