#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PREPARED_PACKETS_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PREPARED_PACKETS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/store/database.h"
#include "services/orchestrator/model/job.h"
#include "services/orchestrator/model/packet.h"
#include "services/orchestrator/session/agent_link.h"
#include "services/orchestrator/session/session_context.h"

namespace cardferry::orchestrator {

// What becomes of packets that wait at agents for their cards.
class PreparedPackets {
 public:
  explicit PreparedPackets(const SessionContext& context) : context_(context) {}

  // The agent has said which packets it has, all of them. It is told to forget
  // what is none of its any more, and then sent those that it shall have
  // besides, a few at a time and each once. Jobs whose packets it has lost wait
  // for their cards. `given`: what is on its way over this connection.
  absl::Status OnStored(const std::string& agent,
                        const std::vector<std::string>& ids,
                        std::set<std::string>& given, AgentLink& link);

  // A prepared packet was run: no other one of its job will be.
  static absl::Status Ran(store::Transaction& tx, const Packet& packet,
                          absl::Time now);

  // The card's counter has left all of its prepared packets behind: their jobs
  // wait again, or are cancelled. The jobs' ids.
  static absl::StatusOr<std::vector<std::string>> LeaveBehind(
      store::Transaction& tx, const std::string& card_id, absl::Time now);

  // Jobs whose packets no honest agent runs any more wait for the card again,
  // wherever it lies; a late report counts all the same.
  absl::Status Expire(absl::Time now);

 private:
  struct Found {
    std::vector<std::string> foreign;     // ids: to be forgotten
    std::vector<PreparedPacket> missing;  // to be sent
    std::vector<std::string> changed;     // jobs that look different now
    std::vector<Job> put_back;            // of these: that wait again
    absl::Status unreadable;              // why some of these cannot be given
  };

  absl::StatusOr<Found> Compare(store::Transaction& tx,
                                const std::string& agent,
                                const std::vector<std::string>& ids,
                                absl::Time now);
  // The job waits for its card again, if it is prepared.
  static absl::Status PutBack(store::Transaction& tx, const std::string& job_id,
                              const std::string& why, absl::Time now,
                              Found& found);

  const SessionContext& context_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PREPARED_PACKETS_H_
