#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_HSM_STATUS_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_HSM_STATUS_H_

#include "absl/status/status.h"

namespace cardferry::keyvault {

// What a failure inside the HSM means to the vault's callers: UNAVAILABLE where
// trying later can help, INTERNAL where the HSM refuses what its known-answer
// tests showed it to do. NOT_FOUND and DATA_LOSS stay.
absl::Status ForVault(const absl::Status& status);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_HSM_STATUS_H_
