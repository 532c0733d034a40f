#ifndef CARDFERRY_CARDSIM_CARD_SET_STATUS_H_
#define CARDFERRY_CARDSIM_CARD_SET_STATUS_H_

#include "absl/status/status.h"
#include "cardsim/card/registry.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/command_apdu.h"

namespace cardferry::cardsim {

// SET STATUS (GPCS 2.3.1, 11.10). P1 80: the card, P2 its next state, data is
// not looked at. P1 40: the application or security domain whose AID is the
// data, P2 with bit 80 locks it and without unlocks it; P2 0F takes a security
// domain that is selectable to PERSONALIZED. P1 60: the same for a security
// domain and all that belongs to it, as far as it is not so already. 6A86 for
// another P1 or a state that is none; 6985 for a step that the state does not
// allow, and for the card's where `domain` is not the issuer's; 6A88 for an
// application that `domain` does not have, 6A80 for an AID that is none.
absl::Status SetStatus(const card::CommandApdu& command,
                       const card::Aid& domain, Registry& registry);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_SET_STATUS_H_
