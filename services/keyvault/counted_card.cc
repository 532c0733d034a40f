#include "services/keyvault/counted_card.h"

namespace cardferry::keyvault {
namespace {

bool Counts(const std::string& diversification, size_t byte) {
  if (diversification == "visa2") return byte < 2 || (byte >= 4 && byte < 8);
  if (diversification == "emv-cps") return byte >= 4;
  return true;
}

}  // namespace

ClaimedCard CountedCard(
    const KeySetDescription& key_set,
    const std::array<uint8_t, 10>& key_diversification_data) {
  ClaimedCard card = {key_set.name, key_diversification_data};
  for (size_t i = 0; i < card.key_diversification_data.size(); ++i) {
    if (!Counts(key_set.diversification, i)) {
      card.key_diversification_data[i] = 0;
    }
  }
  return card;
}

}  // namespace cardferry::keyvault
