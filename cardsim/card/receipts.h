#ifndef CARDFERRY_CARDSIM_CARD_RECEIPTS_H_
#define CARDFERRY_CARDSIM_CARD_RECEIPTS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "cardsim/card/content_key.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"

namespace cardferry::cardsim {

// The most confirmations that one card gives: its counter has two bytes.
inline constexpr uint16_t kLastConfirmation = 0xFFFF;

// What a card answers to content management that was delegated (GPCS 2.3.1,
// 11.1.6 and C.5):
//   length | receipt | 02 counter | length | card's unique data
// The receipt is over what stands behind it and the AIDs that the command is
// about, each with its length. INVALID_ARGUMENT for a key that makes no
// receipts.
absl::StatusOr<Bytes> MakeConfirmation(const ContentKey& key, uint16_t counter,
                                       ByteSpan card_unique_data,
                                       const std::vector<card::Aid>& aids);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_RECEIPTS_H_
