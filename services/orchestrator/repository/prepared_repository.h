#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_PREPARED_REPOSITORY_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_PREPARED_REPOSITORY_H_

#include <cstdint>
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

  // Registers it, in the place of an earlier one of its job's. Its probes and
  // scripts are kept as they are: the caller has sealed them.
  absl::Status Add(const PreparedPacket& packet, const std::string& card_id);

  // What an agent says to have, beside what it shall have.
  struct Inventory {
    std::vector<std::string> foreign;  // ids: none of its any more
    std::vector<std::string> arrived;  // jobs: it has their packets now
    std::vector<std::string> lost;     // jobs: it had them, and has no more
  };

  // The agent says that it has these, and no others. What was sent is forgotten
  // here.
  absl::StatusOr<Inventory> Stored(const std::string& agent,
                                   const std::vector<std::string>& ids);
  // Those that this agent shall have, and has not said that it has: the first
  // kMostAtOnce of them.
  static constexpr int kMostAtOnce = 4;
  absl::StatusOr<std::vector<PreparedPacket>> Unstored(const std::string& agent,
                                                       absl::Time now);

  // Jobs whose packets no agent runs any more after `now`; they are prepared.
  absl::StatusOr<std::vector<std::string>> Expired(absl::Time now);
  // Jobs with packets for this card.
  absl::StatusOr<std::vector<std::string>> JobsOf(const std::string& card_id);

  // Nothing waits for this job any more: it was run, or left behind.
  absl::Status Remove(const std::string& job_id);

  // How often packets were forgotten here; what they were may stand in the
  // database's log.
  absl::StatusOr<int64_t> TimesWiped();

 private:
  absl::Status SetStored(int64_t job, bool stored);
  absl::Status Wipe(const std::string& job_id);

  store::Transaction& tx_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_PREPARED_REPOSITORY_H_
