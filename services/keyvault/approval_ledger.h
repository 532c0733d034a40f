#ifndef CARDFERRY_SERVICES_KEYVAULT_APPROVAL_LEDGER_H_
#define CARDFERRY_SERVICES_KEYVAULT_APPROVAL_LEDGER_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/keyvault/content_approval.h"
#include "services/keyvault/ledger.h"

namespace cardferry::keyvault {

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
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_APPROVAL_LEDGER_H_
