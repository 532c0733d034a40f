#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/render/list_text.h"
#include "lib/base/status_macros.h"

namespace cardferry::cli {
namespace {

// The card with this id; without one, the only card that there is.
absl::StatusOr<orchestrator::v1::Card> FindCard(const std::string& id,
                                                OperatorClient& client) {
  if (!id.empty()) return client.GetCard(id);
  ASSIGN_OR_RETURN(const auto cards, client.ListCards());
  if (cards.size() == 1) return cards[0];
  if (cards.empty()) {
    return absl::NotFoundError(
        "no card is known yet; a card is known after its first load");
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "there are ", cards.size(), " cards: say which (cardferry card list)"));
}

}  // namespace

void AddCardCommands(CLI::App& app, Command& command) {
  CLI::App* group = app.add_subcommand("card", "cards and what is on them");
  group->require_subcommand(1);
  CLI::App* list = group->add_subcommand("list", "all cards");
  list->callback([&command] {
    command.Run("list the cards", [&](OperatorClient& client) {
      ASSIGN_OR_RETURN(const auto cards, client.ListCards());
      command.Show(cards, CardTable);
      return absl::OkStatus();
    });
  });
  auto id = std::make_shared<std::string>();
  CLI::App* content =
      group->add_subcommand("content", "packages and applications on a card");
  content->add_option("ID", *id,
                      "the card; may be left out when only one is known");
  content->callback([&command, id] {
    command.Run("show the card's content", [&](OperatorClient& client) {
      ASSIGN_OR_RETURN(const auto card, FindCard(*id, client));
      command.Show(card, CardContentText);
      return absl::OkStatus();
    });
  });
}

}  // namespace cardferry::cli
