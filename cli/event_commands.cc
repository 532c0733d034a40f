#include <cstdint>
#include <memory>
#include <string>

#include "cli/render/list_text.h"
#include "cli/subcommand.h"

namespace cardferry::cli {
namespace {

using orchestrator::v1::Event;

struct Options {
  std::string job;
  int64_t after = 0;
  bool follow = false;
};

absl::Status Follow(const Options& options, Command& command,
                    OperatorClient& client) {
  const absl::Status status = command.Interruptibly(client, [&] {
    return client.WatchEvents(
        options.job, options.after,
        [&command](const Event& event) { command.Show(event, EventLine); });
  });
  if (!absl::IsCancelled(status)) return status;
  command.set_exit_code(kStopped);
  return absl::OkStatus();
}

absl::Status List(const Options& options, Command& command,
                  OperatorClient& client) {
  ASSIGN_OR_RETURN(const auto list,
                   client.ListEvents(options.job, options.after));
  command.Show(list, EventTable);
  return absl::OkStatus();
}

}  // namespace

void AddEventCommands(CLI::App& app, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App& events = AddSubcommand(
      app, {"events", "what has happened, oldest first", "",
            "At most 1000 events at a time; the next ones: --after LAST_ID.\n"
            "With --follow they come one a line until Ctrl-C.\n\n"
            "Examples:\n"
            "  cardferry events --job 12\n"
            "  cardferry events --after 4711 --follow --json\n"});
  events.add_option("--job", options->job, "of this job only");
  events.add_option("--after", options->after, "only events with a greater id");
  events.add_flag("--follow", options->follow,
                  "then show each new one as it comes");
  events.callback([&command, options] {
    command.Run("list the events", [&](OperatorClient& client) {
      return options->follow ? Follow(*options, command, client)
                             : List(*options, command, client);
    });
  });
}

}  // namespace cardferry::cli
