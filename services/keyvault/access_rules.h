#ifndef CARDFERRY_SERVICES_KEYVAULT_ACCESS_RULES_H_
#define CARDFERRY_SERVICES_KEYVAULT_ACCESS_RULES_H_

#include <vector>

#include "lib/rpc/authorization_table.h"

namespace cardferry::keyvault {

// Who may call which method of the keyvault.
std::vector<rpc::AuthorizationTable::Row> AccessRules();

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_ACCESS_RULES_H_
