#ifndef CARDFERRY_TESTS_STAGE_PROCESS_H_
#define CARDFERRY_TESTS_STAGE_PROCESS_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace cardferry::stage {

// How a program is started.
struct Command {
  std::vector<std::string> arguments;  // [0] is the program's path
  // Added to (or replacing in) the environment.
  std::map<std::string, std::string> environment;
  // Where standard output and error go, appended; empty: where ours go. A
  // program with a log of its own is out of reach of the terminal's Ctrl-C.
  std::string log_file;
  // Run without any right to override file modes: as `uid` when we are root,
  // else as ourselves without capabilities.
  bool unprivileged = false;
  // The identity of an unprivileged program when we are root.
  uid_t uid = 65532;
};

// True when this process may take on another user's identity.
bool IsRealRoot();

// A child process. Dies with this object and with this process, whatever ends
// it.
class Process {
 public:
  static absl::StatusOr<Process> Start(const Command& command);

  Process() = default;
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  bool running();
  pid_t pid() const { return pid_; }

  // Asks the process to end (SIGTERM) and waits; kills it after `patience`.
  // The exit code, or 128 + the signal that ended it.
  int Stop(absl::Duration patience = absl::Seconds(10));

  // Sends SIGKILL and waits.
  void Kill();

  // Waits for the end; DEADLINE_EXCEEDED (and it goes on) when it takes longer.
  absl::StatusOr<int> Wait(absl::Duration timeout);

 private:
  explicit Process(pid_t pid) : pid_(pid) {}

  pid_t pid_ = -1;  // -1: none
  int exit_code_ = 0;
};

// What a program that ran to its end left.
struct Outcome {
  int exit_code = 0;
  std::string output;  // standard output; standard error where it was not kept
  std::string errors;
};

// Runs a program to its end with its output kept. DEADLINE_EXCEEDED (and it is
// killed) when it takes longer.
absl::StatusOr<Outcome> RunToEnd(Command command, absl::Duration timeout);

// RunToEnd that wants exit code 0; else INTERNAL with the program's last words.
absl::StatusOr<std::string> RunSuccessfully(Command command,
                                            absl::Duration timeout);

// The most memory that a process has held so far, in KiB; -1 when there is no
// such process.
int64_t PeakMemory(pid_t pid);

// Whether something listens on 127.0.0.1:`port`.
bool Listens(int port);

// Waits until something listens on 127.0.0.1:`port`. DEADLINE_EXCEEDED after
// `timeout`; FAILED_PRECONDITION when `process` ends first.
absl::Status AwaitPort(int port, Process& process, absl::Duration timeout);

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_PROCESS_H_
