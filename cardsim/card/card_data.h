#ifndef CARDFERRY_CARDSIM_CARD_CARD_DATA_H_
#define CARDFERRY_CARDSIM_CARD_CARD_DATA_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "cardsim/channel/scp03_channel.h"
#include "lib/base/bytes.h"

namespace cardferry::cardsim {

// The data object with this tag, whole (tag, length, value), as GET DATA gives
// it (GPCS 2.3.1, 11.3):
//   0042  issuer identification number      0045  card image number
//   0066  card recognition data (annex H)   00E0  key information template
//   9F7F  production data (CPLC)
// All of it follows from the channel: two cards with different key
// diversification data have different numbers. 6A88 for another tag.
absl::StatusOr<Bytes> ReadCardData(uint16_t tag, const Scp03Channel& channel);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_CARD_DATA_H_
