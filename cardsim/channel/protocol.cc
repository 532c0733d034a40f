#include "cardsim/channel/protocol.h"

#include "cardsim/card_error.h"

namespace cardferry::cardsim {

absl::StatusOr<std::unique_ptr<Session>> Protocol::Begin(
    const Handshake&) const {
  return CardError(kConditionsNotSatisfied, "no secure channel session");
}

}  // namespace cardferry::cardsim
