#include "services/sequencer/access_rules.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace cardferry::sequencer {

std::vector<rpc::AuthorizationTable::Row> AccessRules() {
  using rpc::Role;
  const std::vector<Role> orchestrator = {Role::kOrchestrator};
  const std::vector<Role> look = {Role::kOperator, Role::kOrchestrator};
  const auto sequencer = [](const char* method) {
    return absl::StrCat("/cardferry.sequencer.v1.Sequencer/", method);
  };
  return {
      {sequencer("Open"), orchestrator},
      {sequencer("Identify"), orchestrator},
      {sequencer("Prepare"), orchestrator},
      {sequencer("PrepareOffline"), orchestrator},
      {sequencer("Plan"), orchestrator},
      {sequencer("Conclude"), orchestrator},
      {sequencer("PutLoadFile"), orchestrator},
      {sequencer("ListProfiles"), orchestrator},
      {rpc::kHealthCheck, look},
      {rpc::kHealthWatch, look},
      {rpc::kReflection, look},
  };
}

}  // namespace cardferry::sequencer
