#ifndef CARDFERRY_SERVICES_KEYVAULT_APPROVAL_DESK_H_
#define CARDFERRY_SERVICES_KEYVAULT_APPROVAL_DESK_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "services/keyvault/approval_ledger.h"
#include "services/keyvault/content_approval.h"
#include "services/keyvault/content_signer.h"

namespace cardferry::keyvault {

// What an approver asks for.
struct ApprovalRequest {
  std::string signing_key;
  ApprovedContent content;
  absl::Time valid_until;
  std::string reason;
};

// Where people approve content for cards: signs exactly what was named, once it
// stands in the ledger with the approver's name. Not for the sequencer: a
// signature that it could have made would say nothing against it.
class ApprovalDesk {
 public:
  // How far ahead an approval may be valid.
  static constexpr absl::Duration kLongest = absl::Hours(24 * 366);

  // All of them live longer.
  ApprovalDesk(ContentSigner& signer, ApprovalLedger& ledger,
               const Clock& clock, RandomSource& random)
      : signer_(signer), ledger_(ledger), clock_(clock), random_(random) {}

  // INVALID_ARGUMENT for content that cannot be (MessageOf), no reason, or a
  // validity that has ended or is longer than kLongest. Errors of ContentSigner
  // and ApprovalLedger.
  absl::StatusOr<Approval> Approve(const std::string& approver,
                                   const ApprovalRequest& request);

  // The newest first, at most `limit`.
  absl::StatusOr<std::vector<Approval>> List(size_t limit) const {
    return ledger_.Approvals(limit);
  }
  // NOT_FOUND when there is none with this id.
  absl::StatusOr<Approval> Find(const std::string& id) const;
  // Of each the approval that may be used now, if there is one, in order.
  absl::StatusOr<std::vector<std::optional<Approval>>> FindValid(
      const std::vector<ApprovedThing>& things) const;
  std::vector<ContentKey> Keys() const { return signer_.ContentKeys(); }

 private:
  absl::Status CheckFrame(const ApprovalRequest& request) const;

  ContentSigner& signer_;
  ApprovalLedger& ledger_;
  const Clock& clock_;
  RandomSource& random_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_APPROVAL_DESK_H_
