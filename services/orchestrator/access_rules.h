#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_ACCESS_RULES_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_ACCESS_RULES_H_

#include <vector>

#include "lib/rpc/authorization_table.h"

namespace cardferry::orchestrator {

// Who may call which method of the orchestrator.
std::vector<rpc::AuthorizationTable::Row> AccessRules();

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_ACCESS_RULES_H_
