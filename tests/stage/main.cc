// Raises the whole stack on this machine: `stage demo`. Wants a /run and a
// network of its own; ./dev demo gives it both.
#include <sys/stat.h>
#include <unistd.h>

#include <iostream>
#include <string>

#include "CLI/CLI.hpp"
#include "lib/base/file.h"
#include "lib/base/log.h"
#include "tests/stage/demo.h"

namespace cardferry::stage {
namespace {

constexpr char kFolder[] = "/run/cardferry";
constexpr size_t kLastWords = 2000;

// What each program said last, when something went wrong.
void ShowLogs() {
  for (const char* program :
       {"pcscd", "keyvault", "sequencer", "orchestrator", "agent", "cardsim"}) {
    absl::StatusOr<std::string> log = ReadFile(
        std::string(kFolder) + "/" + program + ".log", size_t{16} << 20);
    if (!log.ok() || log->empty()) continue;
    const size_t from = log->size() > kLastWords ? log->size() - kLastWords : 0;
    std::cerr << "---- " << program << " said last:\n" << log->substr(from);
  }
}

int Main(int argc, char** argv) {
  StartLog("stage", LogLevel::kWarning);
  CLI::App app("Raises the whole stack on this machine.");
  app.require_subcommand(1);
  DemoOptions options;
  int rtt_millis = 0;
  // A person wants to see something happen: a chip's pace.
  int card_delay_millis = isatty(STDOUT_FILENO) != 0 ? 20 : 0;
  CLI::App* demo = app.add_subcommand("demo", "loads an applet and shows it");
  demo->add_option("--applet", options.applet, "CAP file")
      ->check(CLI::ExistingFile)
      ->required();
  demo->add_option("--card", options.stage.card, "the simulated card's kind")
      ->check(CLI::IsMember({"scp03", "scp03-aes256"}));
  demo->add_option("--rtt", rtt_millis,
                   "delay between agent and orchestrator, milliseconds")
      ->check(CLI::Range(0, 60'000));
  demo->add_option("--card-delay", card_delay_millis,
                   "what every command takes the card, milliseconds")
      ->check(CLI::Range(0, 60'000));
  demo->add_option("--report", options.report, "write the figures as JSON");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  options.stage.rtt = absl::Milliseconds(rtt_millis);
  options.stage.card_delay = absl::Milliseconds(card_delay_millis);
  options.stage.folder = kFolder;
  if (mkdir(kFolder, 0755) != 0) {
    std::cerr << kFolder << " cannot be made: run this through ./dev demo\n";
    return 1;
  }
  const absl::Status status = RunDemo(options);
  if (status.ok()) return 0;
  ShowLogs();
  std::cerr << "demo: " << status.message() << "\n";
  return 1;
}

}  // namespace
}  // namespace cardferry::stage

int main(int argc, char** argv) { return cardferry::stage::Main(argc, argv); }
