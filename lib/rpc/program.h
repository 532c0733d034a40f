#ifndef CARDFERRY_LIB_RPC_PROGRAM_H_
#define CARDFERRY_LIB_RPC_PROGRAM_H_

#include <functional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "lib/rpc/shutdown_signal.h"

namespace cardferry::rpc {

// How a program with a configuration file introduces itself.
struct ProgramText {
  std::string name;     // "sequencer": in the log and before errors
  std::string purpose;  // a sentence
  std::string examples;
};

// The part of its work that differs from program to program. `config` is the
// file that --config names.
struct ProgramWork {
  // Adds flags of its own; may be empty.
  std::function<void(CLI::App&)> add_flags;
  // Reads and validates the configuration whole, for --check_config.
  std::function<absl::Status(const std::string& config)> check;
  // Runs until the signal comes.
  std::function<absl::Status(const std::string& config, ShutdownSignal&)> run;
};

// main() of a service or agent: starts the log, blocks the shutdown signals
// while there is one thread, parses --config, --check_config and --help, and
// does the work. Exit codes: 0 stopped by a signal, or the configuration is
// right; 1 cannot start; 2 wrong usage.
int RunProgram(const ProgramText& text, const ProgramWork& work, int argc,
               char** argv);

}  // namespace cardferry::rpc

#endif  // CARDFERRY_LIB_RPC_PROGRAM_H_
