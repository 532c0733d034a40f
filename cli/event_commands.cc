#include <cstdint>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "cli/command.h"
#include "cli/render/list_text.h"
#include "lib/base/status_macros.h"

namespace cardferry::cli {

void AddEventCommands(CLI::App& app, Command& command) {
  struct Options {
    std::string job;
    int64_t after = 0;
  };
  auto options = std::make_shared<Options>();
  CLI::App* events =
      app.add_subcommand("events", "what has happened, oldest first");
  events->add_option("--job", options->job, "of this job only");
  events->add_option("--after", options->after,
                     "only events with a greater id");
  events->footer(
      "At most 1000 events at a time; the next ones: --after LAST_ID\n");
  events->callback([&command, options] {
    command.Run("list the events", [&](OperatorClient& client) {
      ASSIGN_OR_RETURN(const auto list,
                       client.ListEvents(options->job, options->after));
      command.Show(list, EventTable);
      return absl::OkStatus();
    });
  });
}

}  // namespace cardferry::cli
