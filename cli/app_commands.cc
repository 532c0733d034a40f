#include <memory>
#include <string>

#include "cli/render/list_text.h"
#include "cli/subcommand.h"
#include "lib/base/file.h"

namespace cardferry::cli {
namespace {

constexpr size_t kMaxCapFileBytes = 4 << 20;

struct Options {
  std::string file;
  std::string name;
};

// "dir/brokerage.cap" is "brokerage".
std::string StemOf(const std::string& file) {
  const std::string name = file.substr(file.rfind('/') + 1);
  const size_t dot = name.rfind(".cap");
  return dot == std::string::npos ? name : name.substr(0, dot);
}

void AddAdd(CLI::App& group, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App& add = AddSubcommand(
      group,
      {"add", "register a CAP file", "",
       "The file is examined whole before it is accepted. The same file under\n"
       "the same name again is no error.\n\n"
       "Examples:\n"
       "  cardferry app add brokerage.cap\n"
       "  cardferry app add build/brokerage-2.cap --name brokerage-2\n"});
  add.add_option("FILE", options->file, "the CAP file")->required();
  add.add_option("--name", options->name,
                 "what jobs call it (letters, digits, '-', '_', '.'); the\n"
                 "file's name without .cap if not given");
  add.callback([&command, options] {
    const absl::StatusOr<std::string> file =
        ReadFile(options->file, kMaxCapFileBytes);
    if (!file.ok()) {
      return command.FailUsage("add the application", file.status());
    }
    const std::string name =
        options->name.empty() ? StemOf(options->file) : options->name;
    command.Run("add the application", [&](OperatorClient& client) {
      ASSIGN_OR_RETURN(const auto application,
                       client.AddApplication(name, *file));
      command.Show(application, ApplicationText);
      return absl::OkStatus();
    });
  });
}

}  // namespace

void AddAppCommands(CLI::App& app, Command& command) {
  CLI::App& group = AddGroup(app, "app", "applications: CAP files");
  AddAdd(group, command);
  AddQuestion(
      group,
      {"list", "all applications", "list the applications",
       "Examples:\n  cardferry app list\n  cardferry app list --json\n"},
      command, [](OperatorClient& client) { return client.ListApplications(); },
      ApplicationTable);
  AddQuestionAbout(
      group,
      {"show", "one application", "show the application",
       "Example:\n  cardferry app show brokerage\n"},
      command,
      [](OperatorClient& client, const std::string& name)
          -> absl::StatusOr<orchestrator::v1::Application> {
        ASSIGN_OR_RETURN(const auto all, client.ListApplications());
        return FindNamed(all, name, "application");
      },
      ApplicationText);
}

}  // namespace cardferry::cli
