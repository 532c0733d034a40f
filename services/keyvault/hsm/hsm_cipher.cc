#include "services/keyvault/hsm/hsm_cipher.h"

#include "absl/status/status.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/hsm/scp02_hsm_cipher.h"
#include "services/keyvault/hsm/scp03_hsm_cipher.h"
#include "services/keyvault/hsm/spoken_protocol.h"

namespace cardferry::keyvault {

absl::StatusOr<std::unique_ptr<scp::SessionCipher>> CreateHsmCipher(
    HsmContext& hsm, const CardKeySelection& card,
    const scp::SessionSeed& seed) {
  RETURN_IF_ERROR(scp::CheckSeed(seed));
  RETURN_IF_ERROR(CheckSpoken(seed.protocol));
  if (!(seed.quirks == scp::ChannelQuirks())) {
    return absl::UnimplementedError("cards with quirks: not there with an HSM");
  }
  if (seed.protocol.scp == scp::kScp02) {
    return Scp02HsmCipher::Create(hsm, card, seed);
  }
  return Scp03HsmCipher::Create(hsm, card, seed);
}

}  // namespace cardferry::keyvault
