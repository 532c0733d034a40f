#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_READ_ONLY_TOKEN_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_READ_ONLY_TOKEN_H_

#include <string>

#include "absl/status/status.h"

namespace cardferry::keyvault {

// FAILED_PRECONDITION, saying what to do, if this process could change the
// token in `token_dir`: open one of its files for writing, or make a file in
// one of its folders. Tried, not read off the mode bits, which do not hold for
// root. SoftHSM rewrites token.object at every login, not atomically: a vault
// that is killed then destroys all keys. NOT_FOUND when the folder is not
// there or holds no file.
absl::Status CheckTokenIsReadOnly(const std::string& token_dir);

// OK when the SoftHSM2 configuration `conf` keeps its tokens in `token_dir`:
// otherwise the check above would judge a folder that nobody uses.
// FAILED_PRECONDITION naming both folders; NOT_FOUND and INVALID_ARGUMENT when
// `conf` cannot be read.
absl::Status CheckSoftHsmUses(const std::string& conf,
                              const std::string& token_dir);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_READ_ONLY_TOKEN_H_
