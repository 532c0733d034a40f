#include "CLI/CLI.hpp"
#include "cli/command.h"
#include "cli/render/list_text.h"
#include "lib/base/status_macros.h"

namespace cardferry::cli {

void AddAgentCommands(CLI::App& app, Command& command) {
  CLI::App* group = app.add_subcommand("agent", "agents and their readers");
  group->require_subcommand(1);
  CLI::App* list = group->add_subcommand(
      "list", "agents that have connected, with their readers");
  list->callback([&command] {
    command.Run("list the agents", [&](OperatorClient& client) {
      ASSIGN_OR_RETURN(const auto agents, client.ListAgents());
      command.Show(agents, AgentTable);
      return absl::OkStatus();
    });
  });
}

}  // namespace cardferry::cli
