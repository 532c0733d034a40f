#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_HSM_CIPHER_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_HSM_CIPHER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "lib/card/scp/session_cipher.h"
#include "lib/card/scp/session_seed.h"
#include "services/keyvault/hsm/hsm_context.h"
#include "services/keyvault/hsm/hsm_keys.h"

namespace cardferry::keyvault {

// The cipher of the seed's protocol in the HSM: Scp02HsmCipher or
// Scp03HsmCipher, with their errors. `hsm` outlives it.
absl::StatusOr<std::unique_ptr<scp::SessionCipher>> CreateHsmCipher(
    HsmContext& hsm, const CardKeySelection& card,
    const scp::SessionSeed& seed);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_HSM_CIPHER_H_
