#ifndef CARDFERRY_SERVICES_KEYVAULT_DATABASE_APPROVALS_H_
#define CARDFERRY_SERVICES_KEYVAULT_DATABASE_APPROVALS_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/store/database.h"
#include "services/keyvault/approval_ledger.h"
#include "services/keyvault/content_approval.h"

namespace cardferry::keyvault {

// Approvals in the ledger's database. Errors of store::Transaction.

store::Migration ApprovalsSchema();
store::Migration ApprovalsIndex();

absl::Status InsertApproval(store::Transaction& transaction,
                            const Approval& approval);

// Newest first.
absl::StatusOr<std::vector<Approval>> NewestApprovals(
    store::Transaction& transaction, size_t limit);

absl::StatusOr<std::optional<Approval>> ApprovalWithId(
    store::Transaction& transaction, const std::string& id);

absl::StatusOr<std::optional<Approval>> ValidApproval(
    store::Transaction& transaction, const ApprovedThing& what, absl::Time now);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_DATABASE_APPROVALS_H_
