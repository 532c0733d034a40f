#ifndef CARDFERRY_TESTS_SEQUENCER_VAULT_IN_PROCESS_H_
#define CARDFERRY_TESTS_SEQUENCER_VAULT_IN_PROCESS_H_

#include <optional>
#include <string>
#include <vector>

#include "services/keyvault/approval_desk.h"
#include "services/keyvault/receipt_desk.h"
#include "services/keyvault/vault.h"
#include "services/sequencer/keyvault.h"
#include "services/sequencer/signed_content.h"

namespace cardferry::sequencer {

// The keyvault's domain where the sequencer expects its client: no process, no
// network, no HSM between them.
class VaultInProcess final : public Keyvault {
 public:
  // `vault` lives longer.
  explicit VaultInProcess(keyvault::Vault& vault) : vault_(vault) {}

  absl::StatusOr<std::vector<Opening>> IssueOpenings(const std::string& agent,
                                                     const std::string& reader,
                                                     int count) override;
  absl::StatusOr<Session> Authenticate(const Handshake& handshake) override;
  absl::StatusOr<PredictedSession> OpenPredicted(
      const Prediction& prediction) override;
  absl::StatusOr<std::vector<card::CommandApdu>> Protect(
      const Bytes& command_token,
      absl::Span<const card::CommandApdu> commands) override;
  absl::StatusOr<std::vector<VerifiedAnswer>> VerifyResponses(
      const Packet& packet) override;

 private:
  keyvault::Vault& vault_;
};

// Likewise what approvers have signed and cards confirmed.
class SignedContentInProcess final : public SignedContent {
 public:
  // Both live longer.
  SignedContentInProcess(const keyvault::ApprovalDesk& desk,
                         keyvault::HsmKeys& keys)
      : desk_(desk), receipts_(keys) {}

  absl::StatusOr<std::vector<std::optional<Bytes>>> FindApprovals(
      absl::Span<const WantedSignature> wanted) override;
  absl::StatusOr<std::vector<bool>> VerifyReceipts(
      const std::string& card_id,
      absl::Span<const ReceiptToVerify> receipts) override;

 private:
  const keyvault::ApprovalDesk& desk_;
  keyvault::ReceiptDesk receipts_;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_TESTS_SEQUENCER_VAULT_IN_PROCESS_H_
