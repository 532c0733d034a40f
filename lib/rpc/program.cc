#include "lib/rpc/program.h"

#include <iostream>

#include "lib/base/log.h"
#include "lib/base/status_macros.h"

namespace cardferry::rpc {
namespace {

constexpr int kCannotStart = 1;
constexpr int kWrongUsage = 2;

absl::Status Work(const ProgramWork& work, const std::string& config,
                  bool check_only) {
  ASSIGN_OR_RETURN(ShutdownSignal signal, ShutdownSignal::Block());
  if (!check_only) return work.run(config, signal);
  RETURN_IF_ERROR(work.check(config));
  std::cout << config << " is right\n";
  return absl::OkStatus();
}

}  // namespace

int RunProgram(const ProgramText& text, const ProgramWork& work, int argc,
               char** argv) {
  StartLog(text.name);
  CLI::App app(text.purpose);
  app.footer(text.examples);
  std::string config;
  bool check_only = false;
  app.add_option("--config", config, "configuration file")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_flag("--check_config", check_only,
               "say whether the configuration is right, and end");
  if (work.add_flags) work.add_flags(app);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUsage;
  }
  const absl::Status status = Work(work, config, check_only);
  if (status.ok()) return 0;
  LogError("cannot serve", {{"status", status}});
  std::cerr << text.name << ": " << status.message() << "\n";
  return kCannotStart;
}

}  // namespace cardferry::rpc
