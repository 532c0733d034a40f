#ifndef CARDFERRY_SERVICES_KEYVAULT_DATABASE_APPROVALS_H_
#define CARDFERRY_SERVICES_KEYVAULT_DATABASE_APPROVALS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/store/database.h"
#include "services/keyvault/content_approval.h"

namespace cardferry::keyvault {

// Approvals in the ledger's database. Errors of store::Transaction.

store::Migration ApprovalsSchema();

absl::Status InsertApproval(store::Transaction& transaction,
                            const Approval& approval);

// Newest first.
absl::StatusOr<std::vector<Approval>> NewestApprovals(
    store::Transaction& transaction, size_t limit);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_DATABASE_APPROVALS_H_
