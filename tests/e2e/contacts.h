#ifndef CARDFERRY_TESTS_E2E_CONTACTS_H_
#define CARDFERRY_TESTS_E2E_CONTACTS_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "lib/card/script/script.h"
#include "tests/cardsim/pcsc_card.h"

namespace cardferry::e2e {

// The card in the virtual reader, past any agent; nobody else has it meanwhile.
class Contacts {
 public:
  // Waits for a card.
  static absl::StatusOr<Contacts> Touch();

  // Runs a script in its wire form, as an agent would.
  absl::StatusOr<card::Transcript> Run(const std::string& script) const;

  // INITIALIZE UPDATE's answer, without its status word.
  absl::StatusOr<std::string> InitializeUpdate(
      const std::string& challenge) const;

 private:
  explicit Contacts(cardsim::PcscCard card) : card_(std::move(card)) {}

  cardsim::PcscCard card_;
};

}  // namespace cardferry::e2e

#endif  // CARDFERRY_TESTS_E2E_CONTACTS_H_
