#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_PREPARED_REPOSITORY_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_PREPARED_REPOSITORY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/store/database.h"
#include "services/orchestrator/model/packet.h"

namespace cardferry::orchestrator {

// Packets that wait at agents for their cards, within one transaction.
class PreparedRepository {
 public:
  explicit PreparedRepository(store::Transaction& tx) : tx_(tx) {}

  // Registers it, in the place of an earlier one of its job's.
  absl::Status Add(const PreparedPacket& packet, const std::string& card_id);

  // The agent says that it has these. What was sent is forgotten here. The ids
  // of those that are none of its any more: it shall forget them.
  absl::StatusOr<std::vector<std::string>> Stored(
      const std::string& agent, const std::vector<std::string>& ids);
  // Those that this agent shall have, and has not said that it has.
  absl::StatusOr<std::vector<PreparedPacket>> Unstored(const std::string& agent,
                                                       absl::Time now);

  // Jobs whose packets no agent runs any more after `now`; they are prepared.
  absl::StatusOr<std::vector<std::string>> Expired(absl::Time now);
  // Jobs with packets for this card.
  absl::StatusOr<std::vector<std::string>> JobsOf(const std::string& card_id);

  // Nothing waits for this job any more: it was run, or left behind.
  absl::Status Remove(const std::string& job_id);

 private:
  store::Transaction& tx_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_PREPARED_REPOSITORY_H_
