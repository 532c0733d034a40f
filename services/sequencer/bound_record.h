#ifndef CARDFERRY_SERVICES_SEQUENCER_BOUND_RECORD_H_
#define CARDFERRY_SERVICES_SEQUENCER_BOUND_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "services/sequencer/card_claim.h"
#include "services/sequencer/card_record.h"

namespace cardferry::sequencer {

// The record as it is when a session with this card changes nothing. The first
// session binds the card's production data, its issuer's and its own number. It
// must not be given away before the keyvault has found the cryptogram right.
// INVALID_ARGUMENT for a record of another card, or when something else is said
// than is bound to it.
absl::StatusOr<CardRecord> BindRecord(const std::optional<CardRecord>& known,
                                      const std::string& card_id,
                                      const CardClaim& claim);

// Empty, or that the counter fell: it goes up with each session that a key set
// has had.
std::string CounterNotice(const std::optional<uint32_t>& before,
                          const std::optional<uint32_t>& now);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_BOUND_RECORD_H_
