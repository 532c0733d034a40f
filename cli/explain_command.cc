#include <memory>
#include <string>

#include "cli/render/explanation_text.h"
#include "cli/subcommand.h"
#include "lib/card/status_words/explain.h"

namespace cardferry::cli {
namespace {

constexpr char kFooter[] =
    "No service is asked. Without --command: what it means after any command,\n"
    "then after those where it means something of its own.\n\n"
    "Examples:\n"
    "  cardferry explain 6A80 --command INSTALL\n"
    "  cardferry explain 6A88 --command \"install for load\"\n"
    "  cardferry explain 63C2 --json\n";

absl::StatusOr<ExplainedStatusWord> ExplainWord(const std::string& word,
                                                const std::string& name) {
  ExplainedStatusWord explained;
  ASSIGN_OR_RETURN(explained.sw, card::ParseStatusWord(word));
  if (name.empty()) {
    explained.explanations = card::ExplainAll(explained.sw);
    return explained;
  }
  ASSIGN_OR_RETURN(const card::CommandName command,
                   card::ParseCommandName(name));
  explained.explanations = {card::Explain(explained.sw, command)};
  return explained;
}

}  // namespace

void AddExplainCommand(CLI::App& app, Command& command) {
  auto word = std::make_shared<std::string>();
  auto name = std::make_shared<std::string>();
  CLI::App& explain = AddSubcommand(
      app, {"explain", "what a card's status word means, and what to do", "",
            kFooter});
  explain.add_option("SW", *word, "four hexadecimal digits")->required();
  explain.add_option("--command", *name, "the command that it answered");
  explain.callback([&command, word, name] {
    const auto explained = ExplainWord(*word, *name);
    if (!explained.ok()) {
      return command.FailUsage("explain that", explained.status());
    }
    command.Show(*explained, ExplanationText);
  });
}

}  // namespace cardferry::cli
