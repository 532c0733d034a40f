#ifndef CARDFERRY_CARDSIM_INSERTED_CARD_H_
#define CARDFERRY_CARDSIM_INSERTED_CARD_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "cardsim/card/card.h"
#include "cardsim/cardsim_settings.h"
#include "cardsim/state/state_file.h"
#include "cardsim/vpcd/card_port.h"
#include "cardsim/vpcd/simulated_card_port.h"
#include "cardsim/vpcd/t0_card_port.h"
#include "lib/base/random.h"

namespace cardferry::cardsim {

// Where a card comes from.
struct CardFiles {
  std::string keys;   // the keys file
  std::string state;  // the state file; empty: none
};

// A simulated card with the contacts that its settings ask for.
class InsertedCard {
 public:
  // The card of the state file, else a new one with the keys of the keys file;
  // with a state file it is kept there. Errors of ReadKeysFile, CheckKeys,
  // StateFile, Card::Create and Card::Restore; FAILED_PRECONDITION when the two
  // files are of different cards. `random` lives longer.
  static absl::StatusOr<std::unique_ptr<InsertedCard>> Create(
      const CardsimSettings& settings, const CardFiles& files,
      RandomSource& random);

  InsertedCard(const InsertedCard&) = delete;
  InsertedCard& operator=(const InsertedCard&) = delete;

  CardPort& port();

 private:
  InsertedCard(std::unique_ptr<StateFile> state, std::unique_ptr<Card> card,
               const CardsimSettings& settings);

  std::unique_ptr<StateFile> state_;  // nullptr: in memory alone
  std::unique_ptr<Card> card_;
  SimulatedCardPort contacts_;
  std::optional<T0CardPort> t0_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_INSERTED_CARD_H_
