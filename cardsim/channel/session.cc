#include "cardsim/channel/session.h"

#include "cardsim/card_error.h"

namespace cardferry::cardsim {

absl::StatusOr<card::ResponseApdu> Session::ManageRMac(
    const card::CommandApdu&) {
  return CardError(kInsNotSupported, "no R-MAC sessions in this protocol");
}

}  // namespace cardferry::cardsim
