#include "tests/stage/up.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <filesystem>
#include <iostream>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/base/unique_fd.h"
#include "tests/stage/runfiles.h"
#include "tests/stage/stage.h"

namespace cardferry::stage {
namespace {

constexpr absl::Duration kLook = absl::Seconds(1);

void Say(absl::string_view text) { std::cout << text << std::endl; }

// Held while a stage runs in this folder.
absl::StatusOr<UniqueFd> Lock(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/lock");
  UniqueFd file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file.valid()) return ErrnoStatus(errno, path);
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("another ./dev up runs in ", folder));
  }
  return file;
}

// What a person puts into another terminal.
absl::Status SaySettings(const StageOptions& options,
                         const StageFolder& folder) {
  ASSIGN_OR_RETURN(const std::string runfile, Runfile("cli/cardferry"));
  // Where the build keeps it, not the link among our runfiles.
  std::error_code error;
  const std::string command = std::filesystem::canonical(runfile, error);
  if (error) return absl::InternalError(runfile + ": " + error.message());
  Say("== ready. In another terminal:");
  Say(absl::StrCat("export CARDFERRY_CONFIG=", folder.Path("cli.textproto")));
  Say(absl::StrCat("export PATH=\"", command.substr(0, command.rfind('/')),
                   ":$PATH\""));
  if (!options.real_readers) {
    Say(absl::StrCat("export PCSCLITE_CSOCK_NAME=",
                     folder.Path("pcscd/pcscd.comm")));
  }
  Say("cardferry reader list");
  Say("== Ctrl-C ends everything; ./dev up goes on with the same state");
  return absl::OkStatus();
}

// A service that has ended by itself, by name; empty: none.
std::string Ended(Stage& stage) {
  const std::pair<const char*, Process*> parts[] = {
      {"keyvault", &stage.keyvault()},
      {"sequencer", &stage.sequencer()},
      {"orchestrator", &stage.orchestrator()},
      {"agent", &stage.agent()},
  };
  for (const auto& [name, process] : parts) {
    if (!process->running()) return name;
  }
  return "";
}

absl::Status AwaitSignal(Stage& stage, rpc::ShutdownSignal& signal) {
  while (!signal.Wait(kLook)) {
    const std::string ended = Ended(stage);
    if (ended.empty()) continue;
    return absl::InternalError(absl::StrCat("the ", ended, " has ended: see ",
                                            stage.folder().Log(ended)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunUp(const StageOptions& options, rpc::ShutdownSignal& signal) {
  ASSIGN_OR_RETURN(const UniqueFd lock, Lock(options.folder));
  Stage stage(options);
  Say(absl::StrCat("== raising the stack, state in ", options.folder));
  RETURN_IF_ERROR(stage.Raise(
      [](absl::string_view what) { Say(absl::StrCat("   up: ", what)); }));
  RETURN_IF_ERROR(SaySettings(options, stage.folder()));
  const absl::Status status = AwaitSignal(stage, signal);
  Say("== stopping");
  stage.Stop(
      [](absl::string_view what) { Say(absl::StrCat("   down: ", what)); });
  return status;
}

}  // namespace cardferry::stage
