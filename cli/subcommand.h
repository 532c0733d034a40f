#ifndef CARDFERRY_CLI_SUBCOMMAND_H_
#define CARDFERRY_CLI_SUBCOMMAND_H_

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "cli/command.h"
#include "lib/base/status_macros.h"

namespace cardferry::cli {

// What a subcommand is called and what its --help says.
struct Subcommand {
  std::string name;
  std::string what;    // "all jobs"
  std::string trying;  // completes "cannot ...": "list the jobs"
  std::string footer;  // what else a person has to know; ends with examples
};

// A group of subcommands: `cardferry job ...`.
inline CLI::App& AddGroup(CLI::App& app, const std::string& name,
                          const std::string& what) {
  CLI::App* group = app.add_subcommand(name, what);
  group->require_subcommand(1);
  return *group;
}

inline CLI::App& AddSubcommand(CLI::App& group, const Subcommand& subcommand) {
  CLI::App* added = group.add_subcommand(subcommand.name, subcommand.what);
  added->footer(subcommand.footer);
  return *added;
}

// A subcommand without arguments that shows what `ask(client)` answers.
template <typename Ask, typename Render>
void AddQuestion(CLI::App& group, const Subcommand& subcommand,
                 Command& command, Ask ask, Render render) {
  AddSubcommand(group, subcommand)
      .callback([&command, trying = subcommand.trying, ask, render] {
        command.Run(trying, [&](OperatorClient& client) -> absl::Status {
          ASSIGN_OR_RETURN(const auto answer, ask(client));
          command.Show(answer, render);
          return absl::OkStatus();
        });
      });
}

// The same with the one argument that every such subcommand has, the name or
// number of what it is about: ask(client, value).
template <typename Ask, typename Render>
void AddQuestionAbout(CLI::App& group, const Subcommand& subcommand,
                      Command& command, Ask ask, Render render) {
  auto value = std::make_shared<std::string>();
  CLI::App& added = AddSubcommand(group, subcommand);
  added.add_option("ID", *value, "its name or number, as `list` shows it")
      ->required();
  added.callback([&command, trying = subcommand.trying, value, ask, render] {
    command.Run(trying, [&](OperatorClient& client) -> absl::Status {
      ASSIGN_OR_RETURN(const auto answer, ask(client, *value));
      command.Show(answer, render);
      return absl::OkStatus();
    });
  });
}

// The one of `all` with this name; NOT_FOUND that names `kind`.
template <typename List>
absl::StatusOr<typename List::value_type> FindNamed(const List& all,
                                                    const std::string& name,
                                                    const std::string& kind) {
  for (const auto& one : all) {
    if (one.name() == name) return one;
  }
  return absl::NotFoundError("there is no " + kind + " \"" + name + "\"");
}

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_SUBCOMMAND_H_
