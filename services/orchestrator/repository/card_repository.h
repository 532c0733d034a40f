#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_CARD_REPOSITORY_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_CARD_REPOSITORY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/store/database.h"
#include "services/orchestrator/model/card.h"

namespace cardferry::orchestrator {

// Cards that have proven who they are, within one transaction; and cards that
// are stopped because somebody failed to prove to be them. Both are listed.
class CardRepository {
 public:
  explicit CardRepository(store::Transaction& tx) : tx_(tx) {}

  // The card has proven itself.
  absl::Status Saw(const std::string& id, const std::string& profile,
                   absl::Time at);
  // What it holds now; ends a doubt. NOT_FOUND for a card that was never seen.
  absl::Status SetContent(const std::string& id, const Bytes& record,
                          const CardContent& content, bool proven);
  // What it has confirmed in a job, in order; none for a card never seen.
  absl::Status AddReceipts(const std::string& id, const std::string& job_id,
                           const std::vector<CardReceipt>& receipts,
                           absl::Time at);
  // All of them, the newest first, at most `most`. NOT_FOUND for a card that
  // was never seen.
  absl::StatusOr<std::vector<CardReceipt>> Receipts(const std::string& id,
                                                    int most);
  // It is being changed: what it holds is neither known nor proven until
  // SetContent. Nothing for a card never seen.
  absl::Status Doubt(const std::string& id);

  // Opaque; empty for a card that was never seen.
  absl::StatusOr<Bytes> Record(const std::string& id);
  // Doubted, and no content set since; false for a card that was never seen.
  absl::StatusOr<bool> IsInDoubt(const std::string& id);
  // NOT_FOUND for a card that was never seen.
  absl::StatusOr<Card> Get(const std::string& id);
  // By id, at most `most` of those that pass the filter and come after the card
  // `after`; empty: of all.
  absl::StatusOr<std::vector<Card>> List(const CardFilter& filter,
                                         const std::string& after, int most);

  // A cryptogram in this card's name did not verify at this agent. `profile`
  // is what it claims to be, for one that was never seen.
  absl::Status Stop(const std::string& id, const std::string& profile,
                    const std::string& agent, absl::Time at);
  // It is stopped nowhere any more. NOT_FOUND for a card that was never seen,
  // FAILED_PRECONDITION for one that is not stopped.
  absl::Status Resume(const std::string& id);
  // Stopped at this agent, or at two others, and so everywhere.
  absl::StatusOr<bool> IsStopped(const std::string& id,
                                 const std::string& agent);

 private:
  absl::Status ReadContent(Card& card);

  store::Transaction& tx_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_CARD_REPOSITORY_H_
