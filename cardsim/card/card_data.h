#ifndef CARDFERRY_CARDSIM_CARD_CARD_DATA_H_
#define CARDFERRY_CARDSIM_CARD_CARD_DATA_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/channel/key_ring.h"
#include "lib/base/bytes.h"

namespace cardferry::cardsim {

// Tags of card data that also others than this file tell apart.
inline constexpr uint16_t kIssuerIdentificationNumber = 0x0042;
inline constexpr uint16_t kCardImageNumber = 0x0045;
inline constexpr uint16_t kKeyInformation = 0x00E0;

// The numbers by which an issuer and a factory know a card.
struct CardNumbers {
  Bytes issuer_identification;  // tag 42, 1 to 16 bytes
  Bytes card_image;             // tag 45, 1 to 16 bytes
  Bytes production;             // CPLC, tag 9F7F, 42 bytes
};

// Numbers for a card of which nothing else is said: no registered issuer; card
// image number and the serial number of the chip from the key diversification
// data, so that two cards with different keys have different numbers.
CardNumbers DefaultCardNumbers(ByteSpan diversification_data);

// `numbers` with the default one where one is empty.
CardNumbers WithDefaults(CardNumbers numbers, ByteSpan diversification_data);

// INVALID_ARGUMENT when a number has another length.
absl::Status CheckCardNumbers(const CardNumbers& numbers);

// The data object with this tag, whole (tag, length, value), as GET DATA gives
// it (GPCS 2.3.1, 11.3):
//   0042  issuer identification number      0045  card image number
//   0066  card recognition data (annex H): the protocols that the key sets
//         speak, that of the default key set first
//   00C1  sequence counter of the default key set: 2 bytes in SCP02, what the
//         next session uses; 3 bytes in SCP03, what the last INITIALIZE UPDATE
//         used; none where nothing counts
//   00CF  key diversification data          00E0  key information template
//   9F7F  production data (CPLC)
// 6A88 for another tag, and for all but 00E0 where there are no keys.
absl::StatusOr<Bytes> ReadCardData(uint16_t tag, const KeyRing& keys,
                                   const CardNumbers& numbers);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_CARD_DATA_H_
