#ifndef CARDFERRY_HSM_CONFIG_TESTING_DEVELOPMENT_IMPORT_H_
#define CARDFERRY_HSM_CONFIG_TESTING_DEVELOPMENT_IMPORT_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "hsm-config/ceremony.h"
#include "hsm-config/key_profile.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::hsm {

// A ceremony whose keys are known, in plaintext, by their labels; keys of the
// profile that are not there are generated. For tests only: no program that
// ships can do this. INVALID_ARGUMENT for a value of another length than the
// profile's.
absl::Status ImportKnownKeys(const CeremonyRoom& room,
                             const KeyProfile& profile,
                             const std::map<std::string, SecretBytes>& values);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_TESTING_DEVELOPMENT_IMPORT_H_
