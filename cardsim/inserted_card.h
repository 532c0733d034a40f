#ifndef CARDFERRY_CARDSIM_INSERTED_CARD_H_
#define CARDFERRY_CARDSIM_INSERTED_CARD_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "cardsim/card/card.h"
#include "cardsim/cardsim_settings.h"
#include "cardsim/vpcd/card_port.h"
#include "cardsim/vpcd/simulated_card_port.h"
#include "cardsim/vpcd/t0_card_port.h"
#include "lib/base/random.h"

namespace cardferry::cardsim {

// A simulated card with the contacts that its settings ask for.
class InsertedCard {
 public:
  // Errors of ReadKeysFile, CheckKeys and Card::Create. `random` lives longer.
  static absl::StatusOr<std::unique_ptr<InsertedCard>> Create(
      const CardsimSettings& settings, const std::string& keys_file,
      RandomSource& random);

  InsertedCard(const InsertedCard&) = delete;
  InsertedCard& operator=(const InsertedCard&) = delete;

  CardPort& port();

 private:
  InsertedCard(std::unique_ptr<Card> card, const CardsimSettings& settings);

  std::unique_ptr<Card> card_;
  SimulatedCardPort contacts_;
  std::optional<T0CardPort> t0_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_INSERTED_CARD_H_
