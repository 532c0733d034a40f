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

// Agents that have connected, within one transaction. Whether they are
// connected now is not stored: the gateway knows.
class AgentRepository {
 public:
  explicit AgentRepository(store::Transaction& tx) : tx_(tx) {}

  // The agent was here.
  absl::Status Saw(const std::string& name, absl::Time at);
  // By name; none connected, none with readers.
  absl::StatusOr<std::vector<Agent>> List();

 private:
  store::Transaction& tx_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_AGENT_REPOSITORY_H_
