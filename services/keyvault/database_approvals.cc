#include "services/keyvault/database_approvals.h"

#include "lib/base/status_macros.h"

namespace cardferry::keyvault {

store::Migration ApprovalsSchema() {
  return {"approvals of content",
          {"CREATE TABLE approvals (id TEXT PRIMARY KEY, "
           "approver TEXT NOT NULL, signing_key TEXT NOT NULL, "
           "summary TEXT NOT NULL, reason TEXT NOT NULL, digest TEXT NOT NULL, "
           "signature TEXT NOT NULL, approved_at BIGINT NOT NULL, "
           "valid_until BIGINT NOT NULL)",
           "CREATE INDEX approvals_by_time ON approvals (approved_at)"}};
}

absl::Status InsertApproval(store::Transaction& transaction,
                            const Approval& approval) {
  return transaction
      .Execute(
          "INSERT INTO approvals (id, approver, signing_key, summary, reason, "
          "digest, signature, approved_at, valid_until) VALUES (:id, "
          ":approver, :signing_key, :summary, :reason, :digest, :signature, "
          ":approved_at, :valid_until)",
          {{"id", approval.id},
           {"approver", approval.approver},
           {"signing_key", approval.signing_key},
           {"summary", approval.summary},
           {"reason", approval.reason},
           {"digest", approval.digest},
           {"signature", approval.signature},
           {"approved_at", approval.approved_at},
           {"valid_until", approval.valid_until}})
      .status();
}

absl::StatusOr<std::vector<Approval>> NewestApprovals(
    store::Transaction& transaction, size_t limit) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      transaction.Query(
          "SELECT id, approver, signing_key, summary, reason, digest, "
          "signature, approved_at, valid_until FROM approvals "
          "ORDER BY approved_at DESC, id LIMIT :most",
          {{"most", static_cast<int64_t>(limit)}}));
  std::vector<Approval> approvals(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    Approval& one = approvals[i];
    RETURN_IF_ERROR(rows[i].Read(
        one.id, one.approver, one.signing_key, one.summary, one.reason,
        one.digest, one.signature, one.approved_at, one.valid_until));
  }
  return approvals;
}

}  // namespace cardferry::keyvault
