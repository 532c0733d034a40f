#include "cli/run.h"

#include <algorithm>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cli/render/json.h"
#include "cli/render/words.h"

namespace cardferry::cli {
namespace {

constexpr char kFooter[] =
    "Settings: a flag goes before its environment variable, that before the\n"
    "configuration file (--config FILE, else CARDFERRY_CONFIG; text format of\n"
    "cardferry.config.v1.CliConfig):\n"
    "  orchestrator: \"orchestrator.example:7001\"\n"
    "  keyvault: \"keyvault.example:7003\"   # for `card resume`, `approval`\n"
    "  tls { certificate: \"me.pem\" private_key: \"me.key\" ca: \"ca.pem\" }\n"
    "Variables: CARDFERRY_CONFIG, CARDFERRY_ORCHESTRATOR, CARDFERRY_KEYVAULT,\n"
    "CARDFERRY_CERTIFICATE, CARDFERRY_PRIVATE_KEY, CARDFERRY_CA.\n\n"
    "Examples:\n"
    "  cardferry app add brokerage.cap\n"
    "  printf %s 4711-0815 | cardferry job add --app brokerage \\\n"
    "      --param-file - --agent kiosk-7 --watch\n"
    "  cardferry card content\n"
    "  cardferry events --job 12 --json\n"
    "  cardferry explain 6A80 --command INSTALL\n\n"
    "Exit codes: 0 done; 1 refused, or the job has failed; 2 wrong usage or\n"
    "configuration; 3 the orchestrator cannot be reached, try later; 130\n"
    "watching was ended by Ctrl-C (the job goes on).\n";

void AddGlobals(CLI::App& app, Command& command) {
  SettingFlags& flags = command.flags();
  app.add_option("--config", flags.config, "configuration file");
  app.add_option("--orchestrator", flags.orchestrator, "HOST:PORT");
  app.add_option("--keyvault", flags.keyvault,
                 "HOST:PORT, for `card resume` and `approval`");
  app.add_option("--certificate", flags.certificate, "our certificate (PEM)");
  app.add_option("--private-key", flags.private_key, "its key (PEM)");
  app.add_option("--ca", flags.ca, "the authority to believe in (PEM)");
  app.add_flag("--json", command.json(),
               "for programs: JSON, one value a line");
}

// The word where a subcommand should stand and none is meant; empty: none.
// "job lst": "lst".
std::string UnknownSubcommand(const CLI::App& app,
                              const std::vector<std::string>& arguments) {
  const CLI::App* group = &app;
  bool value = false;  // the next word belongs to an option
  for (const std::string& word : arguments) {
    const bool option = absl::StartsWith(word, "-");
    if (!option && !value) {
      if (group->get_subcommands(nullptr).empty()) return "";
      const auto known = [&word](const CLI::App* one) {
        return one->get_name() == word;
      };
      const auto subcommands = group->get_subcommands(nullptr);
      const auto found =
          std::find_if(subcommands.begin(), subcommands.end(), known);
      if (found == subcommands.end()) return word;
      group = *found;
    }
    value = option && word != "--json" && !absl::StrContains(word, '=');
  }
  return "";
}

// What is wrong with the command line. Parsing may have ended before --json.
std::string Complaint(const CLI::ParseError& error, const CLI::App& app,
                      const std::vector<std::string>& arguments) {
  const std::string unknown = UnknownSubcommand(app, arguments);
  const std::string message =
      unknown.empty() ? error.what()
                      : absl::StrCat("there is no subcommand \"",
                                     Printable(unknown), "\" there");
  if (std::count(arguments.begin(), arguments.end(), "--json") > 0) {
    return ErrorJson("INVALID_ARGUMENT", message);
  }
  return absl::StrCat("cardferry: ", message,
                      ". Run with --help for what there is.\n");
}

}  // namespace

int RunCardferry(const std::vector<std::string>& arguments, World world) {
  Command command(std::move(world));
  CLI::App app("Loads applications onto smart cards in far-away readers.",
               "cardferry");
  app.require_subcommand(1);
  app.fallthrough();  // --json and the like may stand anywhere
  app.footer(kFooter);
  AddGlobals(app, command);
  AddAppCommands(app, command);
  AddJobCommands(app, command);
  AddCardCommands(app, command);
  AddApprovalCommands(app, command);
  AddAgentCommands(app, command);
  AddReaderCommands(app, command);
  AddProfileCommands(app, command);
  AddEventCommands(app, command);
  AddExplainCommand(app, command);
  AddManifestCommands(app, command);
  // The library takes them from the back.
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(std::move(reversed));
  } catch (const CLI::ParseError& error) {
    World& to = command.world();
    if (error.get_exit_code() == 0) {
      return app.exit(error, to.out, to.err) == 0 ? kOk : kUsage;
    }
    to.err << Complaint(error, app, arguments);
    return kUsage;
  }
  return command.exit_code();
}

}  // namespace cardferry::cli
