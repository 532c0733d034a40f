#include "services/keyvault/hsm/hsm_cipher.h"

#include "lib/base/status_macros.h"
#include "services/keyvault/hsm/scp01_hsm_cipher.h"
#include "services/keyvault/hsm/scp02_hsm_cipher.h"
#include "services/keyvault/hsm/scp03_hsm_cipher.h"

namespace cardferry::keyvault {

absl::StatusOr<std::unique_ptr<scp::SessionCipher>> CreateHsmCipher(
    HsmContext& hsm, const CardKeySelection& card,
    const scp::SessionSeed& seed) {
  RETURN_IF_ERROR(scp::CheckSeed(seed));
  switch (seed.protocol.scp) {
    case scp::kScp01:
      return Scp01HsmCipher::Create(hsm, card, seed);
    case scp::kScp02:
      return Scp02HsmCipher::Create(hsm, card, seed);
    default:
      return Scp03HsmCipher::Create(hsm, card, seed);
  }
}

}  // namespace cardferry::keyvault
