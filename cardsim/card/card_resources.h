#ifndef CARDFERRY_CARDSIM_CARD_CARD_RESOURCES_H_
#define CARDFERRY_CARDSIM_CARD_CARD_RESOURCES_H_

#include <cstdint>

#include "cardsim/card/registry.h"
#include "lib/base/bytes.h"

namespace cardferry::cardsim {

inline constexpr uint16_t kExtendedCardResources = 0xFF21;

// The extended card resources information, whole, as GET DATA gives it (ETSI
// TS 102 226, 8.2.1.7.2):
//   FF21 { 81 applications (2) | 82 free non-volatile memory (4) |
//          83 free volatile memory (2) }
Bytes CardResources(const Registry& registry);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_CARD_RESOURCES_H_
