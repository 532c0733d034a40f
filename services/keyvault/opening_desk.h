#ifndef CARDFERRY_SERVICES_KEYVAULT_OPENING_DESK_H_
#define CARDFERRY_SERVICES_KEYVAULT_OPENING_DESK_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "services/keyvault/hsm/hsm_keys.h"
#include "services/keyvault/opening_ticket.h"

namespace cardferry::keyvault {

// An opening and what its holder shows to use it: the encoded opening, then its
// MAC under the ticket key in the HSM (32 bytes).
struct IssuedOpening {
  Opening opening;
  Bytes ticket;
};

// Issues openings and admits their holders. Keeps nothing: that an opening is
// used once is the ledger's business. Safe to use from many threads.
class OpeningDesk {
 public:
  static constexpr uint32_t kMostAtOnce = 16;
  static constexpr size_t kLongestName = 255;

  // All outlive the desk. `lifetime`: from issue to expiry.
  OpeningDesk(HsmKeys& keys, const Clock& clock, RandomSource& random,
              absl::Duration lifetime)
      : keys_(keys), clock_(clock), random_(random), lifetime_(lifetime) {}

  // `count` openings with fresh random challenges, for this place only.
  // INVALID_ARGUMENT unless 1 to kMostAtOnce are wanted, for an agent and a
  // reader with names of 1 to kLongestName bytes.
  absl::StatusOr<std::vector<IssuedOpening>> Issue(const Place& place,
                                                   uint32_t count);

  // The opening of a ticket that is shown for a card at `place`.
  // PERMISSION_DENIED: not a ticket of ours, or one of another place.
  // FAILED_PRECONDITION: expired; the card has to be inserted again.
  absl::StatusOr<Opening> Admit(ByteSpan ticket, const Place& place);

 private:
  HsmKeys& keys_;
  const Clock& clock_;
  RandomSource& random_;
  const absl::Duration lifetime_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_OPENING_DESK_H_
