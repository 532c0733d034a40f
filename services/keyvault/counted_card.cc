#include "services/keyvault/counted_card.h"

namespace cardferry::keyvault {
ClaimedCard CountedCard(
    const KeySetDescription& key_set,
    const std::array<uint8_t, 10>& key_diversification_data) {
  ClaimedCard card = {key_set.name, key_diversification_data};
  for (size_t i = 0; i < card.key_diversification_data.size(); ++i) {
    if ((key_set.bytes_that_count >> i & 1) == 0) {
      card.key_diversification_data[i] = 0;
    }
  }
  return card;
}

}  // namespace cardferry::keyvault
