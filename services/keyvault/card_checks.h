#ifndef CARDFERRY_SERVICES_KEYVAULT_CARD_CHECKS_H_
#define CARDFERRY_SERVICES_KEYVAULT_CARD_CHECKS_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/card/scp/initialize_update_response.h"
#include "lib/card/scp/secure_channel.h"
#include "services/keyvault/hsm/hsm_keys.h"

namespace cardferry::keyvault {

// The level of a session: all bits of both floors. `policy_floor` is the key
// set's, `requested_floor` the caller's, who may raise it and never lower it.
// INVALID_ARGUMENT for a session without protection (00), UNIMPLEMENTED for one
// with more than C-MAC and C-DECRYPTION (01, 03).
absl::StatusOr<scp::SecurityLevel> ChooseLevel(uint8_t policy_floor,
                                               uint32_t requested_floor);

// OK when the card that gave this answer can have keys of this key set and a
// channel that is there. INVALID_ARGUMENT: another key version number.
// UNIMPLEMENTED: an `i` with bits that are not known.
absl::Status CheckCard(const scp::InitializeUpdateResponse& answer,
                       const KeySetDescription& key_set);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_CARD_CHECKS_H_
