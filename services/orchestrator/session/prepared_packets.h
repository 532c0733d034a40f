#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PREPARED_PACKETS_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PREPARED_PACKETS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/store/database.h"
#include "services/orchestrator/model/packet.h"
#include "services/orchestrator/session/agent_link.h"
#include "services/orchestrator/session/session_context.h"

namespace cardferry::orchestrator {

// What becomes of packets that wait at agents for their cards.
class PreparedPackets {
 public:
  explicit PreparedPackets(const SessionContext& context) : context_(context) {}

  // The agent has said which packets it has. It is sent those that it shall
  // have besides, and told to forget what is none of its any more.
  absl::Status OnStored(const std::string& agent,
                        const std::vector<std::string>& ids, AgentLink& link);

  // A prepared packet was run: no other one of its job will be.
  static absl::Status Ran(store::Transaction& tx, const Packet& packet,
                          absl::Time now);

  // The card's counter has left all of its prepared packets behind: their jobs
  // wait again, or are cancelled. The jobs' ids.
  static absl::StatusOr<std::vector<std::string>> LeaveBehind(
      store::Transaction& tx, const std::string& card_id, absl::Time now);

  // Jobs whose packets no honest agent runs any more wait for the card again;
  // a late report counts all the same.
  absl::Status Expire(absl::Time now);

 private:
  const SessionContext& context_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PREPARED_PACKETS_H_
