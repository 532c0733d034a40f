#ifndef CARDFERRY_SERVICES_KEYVAULT_DATABASE_CLAIMS_H_
#define CARDFERRY_SERVICES_KEYVAULT_DATABASE_CLAIMS_H_

#include "absl/status/statusor.h"
#include "lib/store/database.h"
#include "services/keyvault/ledger.h"

namespace cardferry::keyvault {

// What cards are said to be, in the ledger's database. Errors of
// store::Transaction.

store::Migration OptionsSchema();
store::Migration CountersSchema();
store::Migration ClaimsSchema();  // who said it

// As Ledger::BindOptions.
absl::StatusOr<BoundOptions> BindOptionsIn(store::Transaction& transaction,
                                           const ClaimedCard& card,
                                           const ShownOptions& shown);

// As Ledger::ClaimCounter, in a transaction that writes.
absl::StatusOr<CounterStep> ClaimCounterIn(store::Transaction& transaction,
                                           const ClaimedCard& card,
                                           const CounterClaim& claim);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_DATABASE_CLAIMS_H_
