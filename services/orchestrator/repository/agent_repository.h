#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_AGENT_REPOSITORY_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_AGENT_REPOSITORY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/store/database.h"
#include "services/orchestrator/model/agent.h"

namespace cardferry::orchestrator {

// Agents that were added or have connected, within one transaction. Whether
// they are connected now is not stored: the gateway knows. Adding and revoking
// write their events.
class AgentRepository {
 public:
  explicit AgentRepository(store::Transaction& tx) : tx_(tx) {}

  // The agent was here.
  absl::Status Saw(const std::string& name, absl::Time at);

  // From now on the agent is served. Nothing happens to one that is already.
  absl::Status Add(const std::string& name, absl::Time at);
  // From now on it is not. NOT_FOUND for one that was never added nor here;
  // nothing happens to one that is revoked already.
  absl::Status Revoke(const std::string& name, absl::Time at);

  // kUnlisted for one that is not known.
  absl::StatusOr<AgentStanding> Standing(const std::string& name);
  // NOT_FOUND for one that was never added nor here; not connected, without
  // readers.
  absl::StatusOr<Agent> Get(const std::string& name);
  // By name; none connected, none with readers.
  absl::StatusOr<std::vector<Agent>> List();

 private:
  absl::Status Note(const char* kind, const std::string& name, const char* text,
                    absl::Time at);

  store::Transaction& tx_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_AGENT_REPOSITORY_H_
