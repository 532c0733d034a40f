#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_OFFLINE_DESK_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_OFFLINE_DESK_H_

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/crypto/sealed_box.h"
#include "lib/store/database.h"
#include "services/orchestrator/jobs/job_board.h"
#include "services/orchestrator/model/job.h"
#include "services/orchestrator/model/packet.h"
#include "services/orchestrator/sequencing/sequencer.h"

namespace cardferry::orchestrator {

// Packets for cards that are not there, as operators ask for them. Calls wait
// (database, sequencer). Safe from any thread.
class OfflineDesk {
 public:
  static constexpr absl::Duration kUsualTime = absl::Hours(72);
  static constexpr absl::Duration kLongestTime = absl::Hours(24 * 30);
  static constexpr uint32_t kUsualAttempts = 3;
  static constexpr uint32_t kMostAttempts = 8;

  // All of it outlives the desk.
  struct Parts {
    store::Database& database;
    Sequencer& sequencer;
    JobBoard& board;
    const Clock& clock;
    const crypto::SealedBox& box;  // of what is kept of jobs
    RandomSource& random;
    // Brings a packet to an agent, now or when it connects.
    std::function<void(const std::string& agent, const PreparedPacket&)> give;
  };

  struct Request {
    std::string job_id;
    std::string agent;
    uint32_t attempts = 0;  // 0: kUsualAttempts
    absl::Duration time;    // until the agent forgets it; zero: kUsualTime
  };

  explicit OfflineDesk(Parts parts) : parts_(std::move(parts)) {}

  // Has packets made for the card of a job that waits, and leaves them at the
  // agent. FAILED_PRECONDITION: the job does not wait, or not for one card; the
  // agent is revoked; the sequencer's reasons. NOT_FOUND: no such job or agent.
  // INVALID_ARGUMENT: too many attempts, or too long.
  absl::StatusOr<Job> Prepare(const Request& request);

 private:
  // A job and what its packets are made from.
  struct Task {
    Job job;
    OfflinePreparation preparation;
  };

  // What the job brings to its card, opened, with the card's facts in it.
  absl::StatusOr<Bytes> JobData(store::Transaction& tx, const Job& job);
  absl::StatusOr<Task> TaskFor(store::Transaction& tx, const Request& request);
  absl::StatusOr<std::vector<OfflineBundle>> Ask(
      const OfflinePreparation& preparation);
  absl::Status Register(store::Transaction& tx, const Task& task,
                        const std::vector<OfflineBundle>& bundles,
                        const PreparedPacket& packet, absl::Time now);

  const Parts parts_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_OFFLINE_DESK_H_
