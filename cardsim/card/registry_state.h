#ifndef CARDFERRY_CARDSIM_CARD_REGISTRY_STATE_H_
#define CARDFERRY_CARDSIM_CARD_REGISTRY_STATE_H_

#include "absl/status/status.h"
#include "cardsim/card/registry.h"
#include "lib/base/bytes.h"

namespace cardferry::cardsim {

// What is on a card as bytes, BER-TLV objects one after the other:
//   9F70  life cycle of the card (1)
//   C1    confirmations so far (2), where there are some
//   E1    a package, its load file data block, in the order of loading
//   E6    the same of a security domain beside the issuer's: CC domain |
//           C4 load file data block
//   E2    an application, in the order of installation:
//           4F AID | C4 package | 84 module | 9F70 life cycle (1) |
//           C5 privileges (3) | C2 memory that it takes (4) |
//           C3 what the applet, or the security domain, keeps |
//           CC the security domain that it belongs to; not the issuer's
Bytes EncodeRegistry(const Registry& registry);

// The way back, into a registry that is new. DATA_LOSS for bytes that
// EncodeRegistry cannot give, RESOURCE_EXHAUSTED when they do not fit the
// memory that `registry` has; what it holds then is not a card.
absl::Status RestoreRegistry(ByteSpan bytes, Registry& registry);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_REGISTRY_STATE_H_
