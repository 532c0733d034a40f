#ifndef CARDFERRY_SERVICES_KEYVAULT_DATABASE_PREDICTIONS_H_
#define CARDFERRY_SERVICES_KEYVAULT_DATABASE_PREDICTIONS_H_

#include <array>
#include <string>
#include <vector>

#include "lib/store/database.h"
#include "services/keyvault/predicted_ledger.h"

namespace cardferry::keyvault {

// The statements of PredictedLedger, each within a transaction of the ledger's.
store::Migration PredictionsSchema();

absl::StatusOr<PredictedLedger::Seen> RecordVerifiedIn(
    store::Transaction& transaction, const VerifiedCard& card,
    const LiveSession* began);

absl::StatusOr<LiveSession> AddPredictedIn(
    store::Transaction& transaction, const std::string& key_set,
    const std::array<uint8_t, 10>& key_diversification_data, absl::Time since,
    const PredictedLedger::Judge& judge);

absl::StatusOr<std::vector<LiveSession>> LiveSessionsOf(
    store::Transaction& transaction, const CardKeySelection& card);

absl::StatusOr<std::vector<LiveSession>> NewestLiveSessions(
    store::Transaction& transaction, size_t limit);

// Forgets sessions that are not live and were issued before `issued`.
absl::Status PrunePredictions(store::Transaction& transaction,
                              absl::Time issued);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_DATABASE_PREDICTIONS_H_
