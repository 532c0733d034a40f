#ifndef CARDFERRY_HSM_CONFIG_SOFTHSM_CONF_H_
#define CARDFERRY_HSM_CONFIG_SOFTHSM_CONF_H_

#include <string>

#include "absl/status/statusor.h"
#include "hsm-config/key_profile.h"

namespace cardferry::hsm {

// What a process does with the token.
enum class SoftHsmUse {
  kServing,   // no key generation
  kCeremony,  // makes keys, too
};

// SoftHSM2's configuration for the token in `token_dir` (absolute): file
// store, only the mechanisms that the profile's keys need (which also makes
// each operation faster), no keys in a forked child, errors only in the log.
std::string SoftHsmConf(const std::string& token_dir, SoftHsmUse use,
                        const KeyProfile& profile);

// The token folder that a configuration file names. INVALID_ARGUMENT when it
// names none.
absl::StatusOr<std::string> TokenDirOfSoftHsmConf(const std::string& path);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_SOFTHSM_CONF_H_
