#ifndef CARDFERRY_SERVICES_KEYVAULT_APPROVAL_LEDGER_H_
#define CARDFERRY_SERVICES_KEYVAULT_APPROVAL_LEDGER_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "services/keyvault/content_approval.h"
#include "services/keyvault/ledger.h"

namespace cardferry::keyvault {

// What somebody may have approved: SHA-256 of what is signed, and by which key.
struct ApprovedThing {
  std::string signing_key;
  Bytes digest;
};

// What was approved, by whom: never forgotten, never changed. Safe to use from
// many threads. Errors: UNAVAILABLE, INTERNAL.
class ApprovalLedger {
 public:
  virtual ~ApprovalLedger() = default;

  // Records an approval and the event of it, both or none.
  virtual absl::Status RecordApproval(const Approval& approval,
                                      const Alarm& event) = 0;

  // The newest `limit` of them, newest first.
  virtual absl::StatusOr<std::vector<Approval>> Approvals(size_t limit) = 0;

  // The one with this id; nullopt when there is none.
  virtual absl::StatusOr<std::optional<Approval>> FindById(
      const std::string& id) = 0;

  // Of those of this that are valid at `now`, the one that is so for longest.
  virtual absl::StatusOr<std::optional<Approval>> FindValid(
      const ApprovedThing& what, absl::Time now) = 0;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_APPROVAL_LEDGER_H_
