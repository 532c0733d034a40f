#include "cardsim/inserted_card.h"

#include <utility>

#include "absl/memory/memory.h"
#include "cardsim/keys/keys_file.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {

absl::StatusOr<std::unique_ptr<InsertedCard>> InsertedCard::Create(
    const CardsimSettings& settings, const std::string& keys_file,
    RandomSource& random) {
  ASSIGN_OR_RETURN(auto keys, ReadKeysFile(keys_file));
  RETURN_IF_ERROR(CheckKeys(settings, keys));
  ASSIGN_OR_RETURN(std::unique_ptr<Card> card,
                   Card::Create(std::move(keys), settings.card, random));
  return absl::WrapUnique(new InsertedCard(std::move(card), settings));
}

InsertedCard::InsertedCard(std::unique_ptr<Card> card,
                           const CardsimSettings& settings)
    : card_(std::move(card)), contacts_(*card_, settings.atr) {
  if (settings.t0) t0_.emplace(contacts_);
}

CardPort& InsertedCard::port() {
  if (t0_.has_value()) return *t0_;
  return contacts_;
}

}  // namespace cardferry::cardsim
