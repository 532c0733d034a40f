// Raises the whole stack on this machine: `stage demo`, `stage up`. ./dev demo
// and ./dev up give it the /run and the network that it wants.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "CLI/CLI.hpp"
#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/shutdown_signal.h"
#include "tests/stage/card_kinds.h"
#include "tests/stage/demo.h"
#include "tests/stage/up.h"

namespace cardferry::stage {
namespace {

constexpr char kDemoFolder[] = "/run/cardferry";
constexpr size_t kLastWords = 2000;

// What was typed.
struct Flags {
  DemoOptions demo;
  std::string folder = kDemoFolder;
  std::string card = "scp03";
  int rtt_millis = 0;
  // A person wants to see something happen: a chip's pace.
  int card_delay_millis = isatty(STDOUT_FILENO) != 0 ? 20 : 0;
  int port_offset = 0;
  bool real_readers = false;
};

// What each program said last, when something went wrong.
void ShowLogs(const std::string& folder) {
  for (const char* program :
       {"pcscd", "keyvault", "sequencer", "orchestrator", "agent", "cardsim"}) {
    absl::StatusOr<std::string> log =
        ReadFile(folder + "/" + program + ".log", size_t{16} << 20);
    if (!log.ok() || log->empty()) continue;
    const size_t from = log->size() > kLastWords ? log->size() - kLastWords : 0;
    std::cerr << "---- " << program << " said last:\n" << log->substr(from);
  }
}

void AddCardOptions(CLI::App& app, Flags& flags,
                    const std::vector<std::string>& kinds) {
  app.add_option("--card", flags.card, "the simulated card's kind")
      ->check(CLI::IsMember(kinds));
  app.add_option("--card-delay", flags.card_delay_millis,
                 "what every command takes the card, milliseconds")
      ->check(CLI::Range(0, 60'000));
  app.add_option("--rtt", flags.rtt_millis,
                 "delay between agent and orchestrator, milliseconds")
      ->check(CLI::Range(0, 60'000));
}

void AddDemo(CLI::App& app, Flags& flags) {
  CLI::App* demo = app.add_subcommand("demo", "loads an applet and shows it");
  demo->add_option("--applet", flags.demo.applet, "CAP file")
      ->check(CLI::ExistingFile)
      ->required();
  demo->add_option("--report", flags.demo.report, "write the figures as JSON");
  AddCardOptions(*demo, flags, CardKindNames());
}

void AddUp(CLI::App& app, Flags& flags) {
  std::vector<std::string> kinds = CardKindNames();
  for (std::string& name : FileCardKindNames()) {
    kinds.push_back(std::move(name));
  }
  kinds.push_back("none");
  CLI::App* up = app.add_subcommand("up", "stays until a signal comes");
  up->add_option("--folder", flags.folder, "what is kept between runs")
      ->required();
  up->add_flag("--real-readers", flags.real_readers,
               "the machine's own pcscd instead of one with virtual readers");
  up->add_option("--port-offset", flags.port_offset, "added to every port")
      ->check(CLI::Range(0, 20'000));
  AddCardOptions(*up, flags, kinds);
}

StageOptions OptionsOf(const Flags& flags) {
  StageOptions options;
  options.folder = flags.folder;
  options.with_card = flags.card != "none";
  if (options.with_card) options.card.kind = flags.card;
  options.card.delay = absl::Milliseconds(flags.card_delay_millis);
  options.rtt = absl::Milliseconds(flags.rtt_millis);
  options.port_offset = flags.port_offset;
  options.real_readers = flags.real_readers;
  return options;
}

absl::Status Demo(Flags& flags) {
  if (mkdir(kDemoFolder, 0755) != 0) {
    return ErrnoStatus(errno, absl::StrCat(kDemoFolder,
                                           ": run this through ./dev "
                                           "demo"));
  }
  flags.demo.stage = OptionsOf(flags);
  return RunDemo(flags.demo);
}

absl::Status Up(const Flags& flags) {
  ASSIGN_OR_RETURN(rpc::ShutdownSignal signal, rpc::ShutdownSignal::Block());
  StageOptions options = OptionsOf(flags);
  options.readers.clear();
  options.card.keeps_state = true;
  return RunUp(options, signal);
}

int Main(int argc, char** argv) {
  StartLog("stage", LogLevel::kWarning);
  CLI::App app("Raises the whole stack on this machine.");
  app.require_subcommand(1);
  Flags flags;
  AddDemo(app, flags);
  AddUp(app, flags);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const bool up = app.got_subcommand("up");
  const absl::Status status = up ? Up(flags) : Demo(flags);
  if (status.ok()) return 0;
  // What is wrong before anything runs is not in a log.
  if (!absl::IsFailedPrecondition(status)) ShowLogs(flags.folder);
  std::cerr << (up ? "up: " : "demo: ") << status.message() << "\n";
  return 1;
}

}  // namespace
}  // namespace cardferry::stage

int main(int argc, char** argv) { return cardferry::stage::Main(argc, argv); }
