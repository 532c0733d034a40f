#ifndef CARDFERRY_SERVICES_SEQUENCER_ACCESS_RULES_H_
#define CARDFERRY_SERVICES_SEQUENCER_ACCESS_RULES_H_

#include <vector>

#include "lib/rpc/authorization_table.h"

namespace cardferry::sequencer {

// Who may call what: cards' business is the orchestrator's alone.
std::vector<rpc::AuthorizationTable::Row> AccessRules();

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_ACCESS_RULES_H_
