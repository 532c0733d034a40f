#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_SCHEMA_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_SCHEMA_H_

#include <vector>

#include "lib/store/database.h"

namespace cardferry::orchestrator {

// The orchestrator's tables.
std::vector<store::Migration> Schema();

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_SCHEMA_H_
