#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "cli/command.h"
#include "cli/render/list_text.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"

namespace cardferry::cli {
namespace {

constexpr size_t kMaxCapFileBytes = 4 << 20;

struct Options {
  std::string file;
  std::string name;
};

void AddAdd(CLI::App& group, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App* add = group.add_subcommand("add", "register a CAP file");
  add->add_option("FILE", options->file, "the CAP file")->required();
  add->add_option("--name", options->name,
                  "what jobs call it (letters, digits, '-', '_', '.')")
      ->required();
  add->footer(
      "The file is examined whole before it is accepted. The same file under\n"
      "the same name again is no error.\n\n"
      "Example: cardferry app add brokerage.cap --name brokerage\n");
  add->callback([&command, options] {
    const absl::StatusOr<std::string> file =
        ReadFile(options->file, kMaxCapFileBytes);
    if (!file.ok()) {
      return command.FailUsage("add the application", file.status());
    }
    command.Run("add the application", [&](OperatorClient& client) {
      ASSIGN_OR_RETURN(const auto application,
                       client.AddApplication(options->name, *file));
      command.Show(application, ApplicationText);
      return absl::OkStatus();
    });
  });
}

void AddList(CLI::App& group, Command& command) {
  CLI::App* list = group.add_subcommand("list", "all applications");
  list->callback([&command] {
    command.Run("list the applications", [&](OperatorClient& client) {
      ASSIGN_OR_RETURN(const auto applications, client.ListApplications());
      command.Show(applications, ApplicationTable);
      return absl::OkStatus();
    });
  });
}

void AddShow(CLI::App& group, Command& command) {
  auto name = std::make_shared<std::string>();
  CLI::App* show = group.add_subcommand("show", "one application");
  show->add_option("NAME", *name, "its name")->required();
  show->callback([&command, name] {
    command.Run("show the application",
                [&](OperatorClient& client) -> absl::Status {
                  ASSIGN_OR_RETURN(const auto all, client.ListApplications());
                  for (const auto& application : all) {
                    if (application.name() != *name) continue;
                    command.Show(application, ApplicationText);
                    return absl::OkStatus();
                  }
                  return absl::NotFoundError("there is no application \"" +
                                             *name + "\"");
                });
  });
}

}  // namespace

void AddAppCommands(CLI::App& app, Command& command) {
  CLI::App* group = app.add_subcommand("app", "applications: CAP files");
  group->require_subcommand(1);
  AddAdd(*group, command);
  AddList(*group, command);
  AddShow(*group, command);
}

}  // namespace cardferry::cli
