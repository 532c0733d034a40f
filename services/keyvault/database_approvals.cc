#include "services/keyvault/database_approvals.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::keyvault {
namespace {

constexpr absl::string_view kSelect =
    "SELECT id, approver, signing_key, summary, reason, digest, signature, "
    "approved_at, valid_until FROM approvals ";

absl::StatusOr<std::vector<Approval>> Read(
    const absl::StatusOr<std::vector<store::Row>>& rows) {
  RETURN_IF_ERROR(rows.status());
  std::vector<Approval> approvals(rows->size());
  for (size_t i = 0; i < rows->size(); ++i) {
    Approval& one = approvals[i];
    RETURN_IF_ERROR((*rows)[i].Read(
        one.id, one.approver, one.signing_key, one.summary, one.reason,
        one.digest, one.signature, one.approved_at, one.valid_until));
  }
  return approvals;
}

absl::StatusOr<std::optional<Approval>> FirstOf(
    absl::StatusOr<std::vector<Approval>> approvals) {
  RETURN_IF_ERROR(approvals.status());
  if (approvals->empty()) return std::nullopt;
  return std::move(approvals->front());
}

}  // namespace

store::Migration ApprovalsSchema() {
  return {"approvals of content",
          {"CREATE TABLE approvals (id TEXT PRIMARY KEY, "
           "approver TEXT NOT NULL, signing_key TEXT NOT NULL, "
           "summary TEXT NOT NULL, reason TEXT NOT NULL, digest TEXT NOT NULL, "
           "signature TEXT NOT NULL, approved_at BIGINT NOT NULL, "
           "valid_until BIGINT NOT NULL)",
           "CREATE INDEX approvals_by_time ON approvals (approved_at)"}};
}

store::Migration ApprovalsIndex() {
  return {"approvals by what they are of",
          {"CREATE INDEX approvals_by_digest ON approvals (digest)"}};
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
  return Read(transaction.Query(
      absl::StrCat(kSelect, "ORDER BY approved_at DESC, id LIMIT :most"),
      {{"most", static_cast<int64_t>(limit)}}));
}

absl::StatusOr<std::optional<Approval>> ApprovalWithId(
    store::Transaction& transaction, const std::string& id) {
  return FirstOf(Read(transaction.Query(absl::StrCat(kSelect, "WHERE id = :id"),
                                        {{"id", id}})));
}

absl::StatusOr<std::optional<Approval>> ValidApproval(
    store::Transaction& transaction, const ApprovedThing& what,
    absl::Time now) {
  return FirstOf(Read(transaction.Query(
      absl::StrCat(kSelect,
                   "WHERE digest = :digest AND signing_key = :signing_key AND "
                   "valid_until > :now ORDER BY valid_until DESC, id LIMIT 1"),
      {{"digest", what.digest},
       {"signing_key", what.signing_key},
       {"now", now}})));
}

}  // namespace cardferry::keyvault
