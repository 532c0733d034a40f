#include "services/orchestrator/repository/agent_repository.h"

#include <utility>

#include "lib/base/status_macros.h"

namespace cardferry::orchestrator {

absl::Status AgentRepository::Saw(const std::string& name, absl::Time at) {
  return tx_
      .Execute(
          "INSERT INTO agents (name, last_seen_us) VALUES (:name, :at) ON "
          "CONFLICT (name) "
          "DO UPDATE SET last_seen_us = excluded.last_seen_us",
          {{"name", name}, {"at", at}})
      .status();
}

absl::StatusOr<std::vector<Agent>> AgentRepository::List() {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query("SELECT name, last_seen_us FROM agents ORDER BY name"));
  std::vector<Agent> list;
  for (const store::Row& row : rows) {
    Agent agent;
    RETURN_IF_ERROR(row.Read(agent.name, agent.last_seen));
    list.push_back(std::move(agent));
  }
  return list;
}

}  // namespace cardferry::orchestrator
