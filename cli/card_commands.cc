#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "cli/aid_arguments.h"
#include "cli/render/card_text.h"
#include "cli/render/words.h"
#include "cli/subcommand.h"

namespace cardferry::cli {
namespace {

using orchestrator::v1::Card;

// The card with this id; without one, the only card that there is.
absl::StatusOr<Card> FindCard(const std::string& id, OperatorClient& client) {
  if (!id.empty()) return client.GetCard(id);
  ASSIGN_OR_RETURN(const auto cards, client.ListCards({}));
  if (cards.size() == 1) return cards[0];
  if (cards.empty()) {
    return absl::NotFoundError(
        "no card is known yet; a card is known after its first job");
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "there are ", cards.size(), " cards: say which (cardferry card list)"));
}

// show or content: about one card, which may be left out when there is no
// other.
template <typename Render>
void AddAboutCard(CLI::App& group, const Subcommand& subcommand,
                  Command& command, Render render) {
  auto id = std::make_shared<std::string>();
  CLI::App& added = AddSubcommand(group, subcommand);
  added.add_option("ID", *id,
                   "the card; may be left out when only one is known");
  added.callback([&command, trying = subcommand.trying, id, render] {
    command.Run(trying, [&](OperatorClient& client) {
      ASSIGN_OR_RETURN(const Card card, FindCard(*id, client));
      command.Show(card, render);
      return absl::OkStatus();
    });
  });
}

void AddReceipts(CLI::App& group, Command& command) {
  auto id = std::make_shared<std::string>();
  CLI::App& receipts = AddSubcommand(
      group, {"receipts", "what a card has confirmed, the newest first", "",
              "With the number of each confirmation, which only rises. What\n"
              "is NOT VERIFIED is an event, too, and stands in its job.\n\n"
              "Examples:\n  cardferry card receipts\n"
              "  cardferry card receipts issuer/00010203040506070809 "
              "--json\n"});
  receipts.add_option("ID", *id,
                      "the card; may be left out when only one is known");
  receipts.callback([&command, id] {
    command.Run("show the card's receipts", [&](OperatorClient& client) {
      ASSIGN_OR_RETURN(const Card card, FindCard(*id, client));
      ASSIGN_OR_RETURN(const auto list, client.ListReceipts(card.id()));
      command.Show(list, ReceiptTable);
      return absl::OkStatus();
    });
  });
}

// What resuming a card found and did.
struct Resumed {
  Card card;
  bool vault_asked = false;
  uint32_t forgotten = 0;  // failed verifications, by the keyvault
};

// The keyvault first: work that goes on before it forgets would stop the card
// again.
absl::StatusOr<Resumed> Resume(const std::string& id, Command& command,
                               OperatorClient& client) {
  Resumed resumed;
  ASSIGN_OR_RETURN(const std::unique_ptr<VaultClient> vault, command.Vault());
  if (vault != nullptr) {
    resumed.vault_asked = true;
    absl::StatusOr<uint32_t> forgotten = vault->ForgetFailures(id);
    RETURN_IF_ERROR(Annotate(forgotten.status(), "the keyvault"));
    resumed.forgotten = *forgotten;
  }
  absl::StatusOr<Card> card = client.ResumeCard(id);
  // A card that only the keyvault had stopped.
  if (absl::IsFailedPrecondition(card.status()) && resumed.forgotten > 0) {
    card = client.GetCard(id);
  }
  RETURN_IF_ERROR(card.status());
  resumed.card = *std::move(card);
  return resumed;
}

std::string ResumedText(const Resumed& resumed) {
  std::string text = absl::StrCat("Work on card ", Printable(resumed.card.id()),
                                  " goes on.\n");
  if (!resumed.vault_asked) {
    absl::StrAppend(&text,
                    "The keyvault was not asked to forget the card's failed "
                    "verifications, and may refuse it: give --keyvault "
                    "HOST:PORT.\n");
  } else {
    absl::StrAppend(&text, "The keyvault forgot ", resumed.forgotten,
                    " failed verification", PluralS(resumed.forgotten), ".\n");
  }
  return text;
}

void AddResume(CLI::App& group, Command& command) {
  auto id = std::make_shared<std::string>();
  CLI::App& resume = AddSubcommand(
      group,
      {"resume", "let work on a stopped card go on", "",
       "A card is stopped when something that claimed to be it did not hold "
       "its\n"
       "keys. Find out why first: `cardferry events`. With the keyvault's\n"
       "address (--keyvault, CARDFERRY_KEYVAULT or `keyvault` in the file) it\n"
       "forgets the card's failed verifications too.\n\n"
       "Example:\n"
       "  cardferry card resume issuer/00010203040506070809\n"});
  resume.add_option("ID", *id, "the card")->required();
  resume.callback([&command, id] {
    command.Run("resume the card", [&](OperatorClient& client) {
      ASSIGN_OR_RETURN(const Resumed resumed, Resume(*id, command, client));
      command.Show(resumed.card,
                   [&](const Card&) { return ResumedText(resumed); });
      return absl::OkStatus();
    });
  });
}

void AddList(CLI::App& group, Command& command) {
  auto filter = std::make_shared<orchestrator::v1::ListCardsRequest>();
  auto package = std::make_shared<std::string>();
  CLI::App& list = AddSubcommand(
      group, {"list", "cards, by number", "",
              "Filters add up.\n\n"
              "Examples:\n"
              "  cardferry card list --profile demo-aes128\n"
              "  cardferry card list --package F043464552525901 --json\n"});
  list.add_option("--profile", *filter->mutable_profile(),
                  "only cards of this type");
  list.add_flag_callback(
      "--stopped", [filter] { filter->set_stopped(true); },
      "only cards that are stopped somewhere");
  list.add_option("--package", *package,
                  "only cards on which this package is recorded (AID)");
  list.callback([&command, filter, package] {
    command.Run("list the cards", [&](OperatorClient& client) -> absl::Status {
      if (!package->empty()) {
        ASSIGN_OR_RETURN(*filter->mutable_package_aid(),
                         ParseAid(*package, "--package"));
      }
      ASSIGN_OR_RETURN(const auto cards, client.ListCards(*filter));
      command.Show(cards, CardTable);
      return absl::OkStatus();
    });
  });
}

}  // namespace

void AddCardCommands(CLI::App& app, Command& command) {
  CLI::App& group = AddGroup(app, "card", "cards and what is on them");
  AddList(group, command);
  AddAboutCard(group,
               {"show", "what is known of a card", "show the card",
                "Examples:\n  cardferry card show\n"
                "  cardferry card show issuer/00010203040506070809\n"},
               command, CardText);
  AddAboutCard(
      group,
      {"content", "packages and applications on a card",
       "show the card's content",
       "As recorded at the card's last job.\n\n"
       "Examples:\n  cardferry card content\n"
       "  cardferry card content issuer/00010203040506070809 --json\n"},
      command, CardContentText);
  AddReceipts(group, command);
  AddResume(group, command);
}

}  // namespace cardferry::cli
