#ifndef CARDFERRY_SERVICES_KEYVAULT_COUNTED_CARD_H_
#define CARDFERRY_SERVICES_KEYVAULT_COUNTED_CARD_H_

#include <array>
#include <cstdint>

#include "services/keyvault/hsm/hsm_keys.h"
#include "services/keyvault/ledger.h"

namespace cardferry::keyvault {

// The card against which failed verifications count when one of this key set
// shows these key diversification data (KDD). Bytes of which its keys do not
// depend are zeros: they prove nothing, and whoever changes them would get a
// new card past a stop. VISA2 uses bytes 0, 1, 4 to 7, EMV CPS 4 to 9, KDF3
// all. The keys of a key set that is not diversified depend on none; there the
// KDD count as they are, or one failure would stop all its cards.
ClaimedCard CountedCard(
    const KeySetDescription& key_set,
    const std::array<uint8_t, 10>& key_diversification_data);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_COUNTED_CARD_H_
