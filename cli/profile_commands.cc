#include "cli/render/list_text.h"
#include "cli/subcommand.h"

namespace cardferry::cli {

void AddProfileCommands(CLI::App& app, Command& command) {
  CLI::App& group =
      AddGroup(app, "profile", "card profiles: types of card that are served");
  AddQuestion(
      group,
      {"list", "all card profiles", "list the profiles",
       "Examples:\n  cardferry profile list\n  cardferry profile list "
       "--json\n"},
      command, [](OperatorClient& client) { return client.ListProfiles(); },
      ProfileTable);
  AddQuestionAbout(
      group,
      {"show", "one profile, whole", "show the profile",
       "Example:\n  cardferry profile show demo-aes128\n"},
      command,
      [](OperatorClient& client,
         const std::string& name) -> absl::StatusOr<orchestrator::v1::Profile> {
        ASSIGN_OR_RETURN(const auto all, client.ListProfiles());
        return FindNamed(all, name, "profile");
      },
      ProfileText);
}

}  // namespace cardferry::cli
