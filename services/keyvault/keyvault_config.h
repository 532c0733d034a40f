#ifndef CARDFERRY_SERVICES_KEYVAULT_KEYVAULT_CONFIG_H_
#define CARDFERRY_SERVICES_KEYVAULT_KEYVAULT_CONFIG_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/rpc/tls_files.h"
#include "proto/cardferry/config/v1/keyvault.pb.h"
#include "services/keyvault/hsm/hsm_keys.h"
#include "services/keyvault/hsm/hsm_options.h"
#include "services/keyvault/vault_policy.h"

namespace cardferry::keyvault {

// The validated configuration.
struct KeyVaultConfig {
  std::string listen;
  rpc::TlsFiles tls;
  std::string module;
  std::string token_label;
  std::string token_directory;  // empty: the token is not in files
  std::string init_string;
  std::string key_profile;
  std::string ledger;
  bool allow_test_keys = false;
  VaultPolicy policy;
};

// INVALID_ARGUMENT, naming the field, for what is missing or makes no sense.
absl::StatusOr<KeyVaultConfig> ParseKeyVaultConfig(
    const config::v1::KeyVaultConfig& proto);

// What of it is about the HSM; the PIN and the key profile are not in it.
HsmOptions HsmOptionsOf(const KeyVaultConfig& config);

// INVALID_ARGUMENT when the policy names a key set that the token has not: a
// slip of the pen there would leave the right one without its floor; when a key
// set's card keys are made in memory, and its policy does not allow it.
// UNIMPLEMENTED when it allows options that are not there.
absl::Status CheckKeySets(const VaultPolicy& policy,
                          const std::vector<KeySetDescription>& key_sets);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_KEYVAULT_CONFIG_H_
