#include "absl/strings/str_cat.h"
#include "cli/render/agent_text.h"
#include "cli/render/words.h"
#include "cli/subcommand.h"

namespace cardferry::cli {
namespace {

using orchestrator::v1::Agent;

std::string AddedText(const Agent& agent) {
  return absl::StrCat("Agent ", Printable(agent.name()),
                      " is added. It is served when it connects with the "
                      "certificate of spiffe://cardferry/agent/",
                      Printable(agent.name()), "\n");
}

std::string RevokedText(const Agent& agent) {
  return absl::StrCat("Agent ", Printable(agent.name()),
                      " is revoked and its connection ended. To serve it "
                      "again: cardferry agent add ",
                      Printable(agent.name()), "\n");
}

}  // namespace

void AddAgentCommands(CLI::App& app, Command& command) {
  CLI::App& group =
      AddGroup(app, "agent", "agents: who moves packets to cards");
  AddQuestion(
      group,
      {"list", "all agents", "list the agents",
       "An agent that was not added, or was revoked, is not served.\n\n"
       "Examples:\n  cardferry agent list\n  cardferry agent list --json\n"},
      command, [](OperatorClient& client) { return client.ListAgents(); },
      AgentTable);
  AddQuestionAbout(
      group,
      {"show", "one agent and its readers", "show the agent",
       "Example:\n  cardferry agent show kiosk-7\n"},
      command,
      [](OperatorClient& client,
         const std::string& name) -> absl::StatusOr<Agent> {
        ASSIGN_OR_RETURN(const auto all, client.ListAgents());
        return FindNamed(all, name, "agent");
      },
      AgentText);
  AddQuestionAbout(
      group,
      {"add", "serve this agent from now on", "add the agent",
       "ID is the name in its certificate, spiffe://cardferry/agent/ID.\n"
       "Adding one that is there is no error; a revoked one is served "
       "again.\n\n"
       "Example:\n  cardferry agent add kiosk-7\n"},
      command,
      [](OperatorClient& client, const std::string& name) {
        return client.AddAgent(name);
      },
      AddedText);
  AddQuestionAbout(
      group,
      {"revoke", "serve this agent no more", "revoke the agent",
       "Its connection is ended at once, whatever its certificate says.\n\n"
       "Example:\n  cardferry agent revoke kiosk-7\n"},
      command,
      [](OperatorClient& client, const std::string& name) {
        return client.RevokeAgent(name);
      },
      RevokedText);
}

void AddReaderCommands(CLI::App& app, Command& command) {
  CLI::App& group = AddGroup(app, "reader", "readers of the agents");
  AddQuestion(
      group,
      {"list", "all readers that agents have shown", "list the readers",
       "Examples:\n  cardferry reader list\n  cardferry reader list --json\n"},
      command,
      [](OperatorClient& client) -> absl::StatusOr<std::vector<PlacedReader>> {
        ASSIGN_OR_RETURN(const auto agents, client.ListAgents());
        return PlacedReaders(agents);
      },
      ReaderTable);
}

}  // namespace cardferry::cli
