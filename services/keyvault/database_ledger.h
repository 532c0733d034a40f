#ifndef CARDFERRY_SERVICES_KEYVAULT_DATABASE_LEDGER_H_
#define CARDFERRY_SERVICES_KEYVAULT_DATABASE_LEDGER_H_

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/store/database.h"
#include "services/keyvault/approval_ledger.h"
#include "services/keyvault/ledger.h"
#include "services/keyvault/predicted_ledger.h"

namespace cardferry::keyvault {

// The ledger in a database.
class DatabaseLedger final : public Ledger,
                             public ApprovalLedger,
                             public PredictedLedger {
 public:
  // `url` as in store::DatabaseOptions. Makes the tables that are missing.
  static absl::StatusOr<std::unique_ptr<DatabaseLedger>> Open(
      const std::string& url);

  absl::StatusOr<Claim> ClaimUse(const Use& use) override;
  absl::Status RecordFailure(const FailedVerification& failure) override;
  absl::StatusOr<FailureCount> CountFailures(
      const ClaimedCard& card, const std::string& agent,
      const FailureWindow& window) override;
  absl::StatusOr<size_t> ForgetFailures(const ClaimedCard& card,
                                        const Alarm& event) override;
  absl::StatusOr<size_t> CountFailedCards(const std::string& agent,
                                          const FailureWindow& window) override;
  absl::StatusOr<uint8_t> BindOptions(const ClaimedCard& card, uint8_t options,
                                      bool proven) override;
  absl::StatusOr<bool> ClaimCounter(const ClaimedCard& card, uint16_t counter,
                                    const std::string& opening) override;
  absl::Status RecordAlarm(const Alarm& alarm) override;
  absl::StatusOr<std::vector<Alarm>> Alarms(size_t limit) override;
  absl::Status Prune(absl::Time now, absl::Time failures) override;
  absl::Status RecordApproval(const Approval& approval,
                              const Alarm& event) override;
  absl::StatusOr<std::vector<Approval>> Approvals(size_t limit) override;
  absl::StatusOr<std::optional<Approval>> FindById(
      const std::string& id) override;
  absl::StatusOr<std::optional<Approval>> FindValid(const ApprovedThing& what,
                                                    absl::Time now) override;
  absl::StatusOr<Seen> RecordVerified(const VerifiedCard& card,
                                      const LiveSession* began) override;
  absl::StatusOr<LiveSession> AddPredicted(
      const std::string& key_set,
      const std::array<uint8_t, 10>& key_diversification_data, absl::Time since,
      const Judge& judge) override;
  absl::StatusOr<std::vector<LiveSession>> LiveOf(
      const CardKeySelection& card) override;
  absl::StatusOr<std::vector<LiveSession>> LiveSessions(size_t limit) override;

 private:
  explicit DatabaseLedger(std::unique_ptr<store::Database> database)
      : database_(std::move(database)) {}

  std::unique_ptr<store::Database> database_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_DATABASE_LEDGER_H_
