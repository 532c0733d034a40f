#ifndef CARDFERRY_CARDSIM_INSERTED_CARD_H_
#define CARDFERRY_CARDSIM_INSERTED_CARD_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/card/card.h"
#include "cardsim/cardsim_settings.h"
#include "cardsim/channel/key_set.h"
#include "cardsim/files/file_card.h"
#include "cardsim/state/card_state.h"
#include "cardsim/state/state_file.h"
#include "cardsim/vpcd/card_port.h"
#include "cardsim/vpcd/t0_card_port.h"
#include "lib/base/random.h"

namespace cardferry::cardsim {

// Where a card comes from.
struct CardFiles {
  std::string keys;   // the keys file
  std::string state;  // the state file; empty: none
  // Of a file-oriented card: the password, in a file of mode 0400; empty: none.
  std::string password;
};

// A simulated card with the contacts that its settings ask for.
class InsertedCard {
 public:
  // The card of the state file, else a new one with the keys of the keys file;
  // with a state file it is kept there. Errors of ReadKeysFile, CheckKeys,
  // StateFile, Card::Create and Card::Restore (FileCard's); FAILED_PRECONDITION
  // when the two files are of different cards. `random` lives longer.
  static absl::StatusOr<std::unique_ptr<InsertedCard>> Create(
      const CardsimSettings& settings, const CardFiles& files,
      RandomSource& random);

  InsertedCard(const InsertedCard&) = delete;
  InsertedCard& operator=(const InsertedCard&) = delete;

  CardPort& port();

 private:
  InsertedCard() = default;

  // The new card, or the kept one, its contacts, and from now on its state in
  // the file.
  absl::Status Insert(const std::optional<CardState>& kept, KeySet keys,
                      const CardFiles& files, const CardsimSettings& settings,
                      RandomSource& random);

  std::unique_ptr<StateFile> state_;  // nullptr: in memory alone
  std::unique_ptr<Card> card_;        // one of the two
  std::unique_ptr<FileCard> file_card_;
  std::unique_ptr<CardPort> contacts_;
  std::optional<T0CardPort> t0_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_INSERTED_CARD_H_
