#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_LOAD_FILE_SUPPLY_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_LOAD_FILE_SUPPLY_H_

#include "absl/status/status.h"
#include "lib/store/database.h"
#include "services/orchestrator/sequencing/sequencer.h"

namespace cardferry::orchestrator {

// Gives a sequencer that lacks them the CAP files that this needs. UNAVAILABLE
// when ours cannot be read, whatever the reason: it says nothing of the card.
// INVALID_ARGUMENT, saying what to do, when the sequencer does not take one.
absl::Status SupplyLoadFiles(const DesiredState& desired,
                             store::Database& database, Sequencer& sequencer);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_LOAD_FILE_SUPPLY_H_
