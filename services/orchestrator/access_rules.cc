#include "services/orchestrator/access_rules.h"

#include "absl/strings/str_cat.h"

namespace cardferry::orchestrator {

std::vector<rpc::AuthorizationTable::Row> AccessRules() {
  using rpc::Role;
  const std::vector<Role> change = {Role::kOperator};
  const std::vector<Role> look = {Role::kOperator, Role::kAuditor};
  const auto operators = [](const char* method) {
    return absl::StrCat("/cardferry.orchestrator.v1.Orchestrator/", method);
  };
  return {
      {"/cardferry.agent.v1.AgentGateway/Connect", {Role::kAgent}},
      {operators("AddApplication"), change},
      {operators("ListApplications"), look},
      {operators("AddJob"), change},
      {operators("PlanJob"), change},
      {operators("GetJob"), look},
      {operators("ListJobs"), look},
      {operators("WatchJob"), look},
      {operators("PrepareJob"), change},
      {operators("CancelJob"), change},
      {operators("GetCard"), look},
      {operators("ListCards"), look},
      {operators("ListReceipts"), look},
      {operators("ResumeCard"), change},
      {operators("ListAgents"), look},
      {operators("AddAgent"), change},
      {operators("RevokeAgent"), change},
      {operators("ListProfiles"), look},
      {operators("ListEvents"), look},
      {operators("WatchEvents"), look},
      {rpc::kHealthCheck, change},
      {rpc::kHealthWatch, change},
      {rpc::kReflection, change},
  };
}

}  // namespace cardferry::orchestrator
