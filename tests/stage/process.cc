#include "tests/stage/process.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/base/unique_fd.h"

extern char** environ;

namespace cardferry::stage {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(5);
constexpr int kCannotStart = 127;

std::vector<std::string> Environment(
    const std::map<std::string, std::string>& added) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text(*entry);
    if (added.count(text.substr(0, text.find('='))) == 0) {
      environment.push_back(text);
    }
  }
  for (const auto& [name, value] : added) {
    environment.push_back(absl::StrCat(name, "=", value));
  }
  return environment;
}

std::vector<char*> Pointers(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(&text[0]);
  pointers.push_back(nullptr);
  return pointers;
}

// In the child, before exec: nothing here may allocate.
bool GiveUpPrivileges(uid_t uid, bool real_root) {
  if (geteuid() != 0) return true;
  if (real_root) {
    return setgroups(0, nullptr) == 0 && setgid(uid) == 0 && setuid(uid) == 0;
  }
  for (int capability = 0; capability < 64; ++capability) {
    if (prctl(PR_CAPBSET_DROP, capability) != 0 && errno != EINVAL) {
      return false;
    }
  }
  return true;
}

// A pipe's two ends.
struct Pipe {
  UniqueFd reading;
  UniqueFd writing;
};

absl::StatusOr<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "pipe2");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

struct Streams {
  int output = -1;
  int errors = -1;
};

[[noreturn]] void Become(char** arguments, char** environment,
                         const Command& command, bool real_root,
                         const Streams& streams, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kCannotStart);  // died before the line above
  if (!command.log_file.empty()) setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  if (streams.output >= 0) dup2(streams.output, STDOUT_FILENO);
  if (streams.errors >= 0) dup2(streams.errors, STDERR_FILENO);
  if (command.unprivileged && !GiveUpPrivileges(command.uid, real_root)) {
    _exit(kCannotStart);
  }
  // Set again: a change of identity clears it.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  execve(arguments[0], arguments, environment);
  _exit(kCannotStart);
}

absl::StatusOr<pid_t> Spawn(const Command& command, const Streams& streams) {
  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> environment = Environment(command.environment);
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);
  if (access(argv[0], X_OK) != 0) {
    return ErrnoStatus(errno, absl::StrCat("cannot run ", arguments[0]));
  }
  const bool real_root = IsRealRoot();
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return ErrnoStatus(errno, "fork");
  if (pid == 0) {
    Become(const_cast<char**>(argv.data()), const_cast<char**>(envp.data()),
           command, real_root, streams, parent);
  }
  return pid;
}

int ExitCode(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// Reads both pipes until they end or time is up.
bool Drain(int output, int errors, Outcome& outcome, absl::Time deadline) {
  pollfd ends[2] = {{output, POLLIN, 0}, {errors, POLLIN, 0}};
  std::string* texts[2] = {&outcome.output, &outcome.errors};
  while (ends[0].fd >= 0 || ends[1].fd >= 0) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration()) return false;
    const int millis = static_cast<int>(absl::ToInt64Milliseconds(left)) + 1;
    if (poll(ends, 2, millis) < 0 && errno != EINTR) return false;
    for (int i = 0; i < 2; ++i) {
      if (ends[i].fd < 0 || ends[i].revents == 0) continue;
      char buffer[4096];
      const ssize_t got = read(ends[i].fd, buffer, sizeof(buffer));
      if (got > 0) {
        texts[i]->append(buffer, static_cast<size_t>(got));
      } else {
        ends[i].fd = -1;
      }
    }
  }
  return true;
}

}  // namespace

bool IsRealRoot() {
  if (geteuid() != 0) return false;
  absl::StatusOr<std::string> map = ReadFile("/proc/self/uid_map", 4096);
  return map.ok() && map->find("4294967295") != std::string::npos;
}

absl::StatusOr<Process> Process::Start(const Command& command) {
  Streams streams;
  UniqueFd log;
  if (!command.log_file.empty()) {
    log.Reset(open(command.log_file.c_str(),
                   O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
    if (!log.valid()) return ErrnoStatus(errno, command.log_file);
    streams = {log.get(), log.get()};
  }
  ASSIGN_OR_RETURN(const pid_t pid, Spawn(command, streams));
  return Process(pid);
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), exit_code_(other.exit_code_) {}

Process& Process::operator=(Process&& other) noexcept {
  if (this != &other) {
    Kill();
    pid_ = std::exchange(other.pid_, -1);
    exit_code_ = other.exit_code_;
  }
  return *this;
}

Process::~Process() { Kill(); }

bool Process::running() {
  if (pid_ < 0) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  exit_code_ = ExitCode(status);
  pid_ = -1;
  return false;
}

absl::StatusOr<int> Process::Wait(absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (running()) {
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError("the program is still running");
    }
    absl::SleepFor(kLook);
  }
  return exit_code_;
}

int Process::Stop(absl::Duration patience) {
  if (pid_ >= 0) kill(pid_, SIGTERM);
  absl::StatusOr<int> code = Wait(patience);
  if (code.ok()) return *code;
  Kill();
  return exit_code_;
}

void Process::Kill() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  int status = 0;
  if (waitpid(pid_, &status, 0) == pid_) exit_code_ = ExitCode(status);
  pid_ = -1;
}

absl::StatusOr<Outcome> RunToEnd(Command command, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  ASSIGN_OR_RETURN(Pipe output, MakePipe());
  ASSIGN_OR_RETURN(Pipe errors, MakePipe());
  // The child dies with the thread that made it: this one, which waits for it.
  ASSIGN_OR_RETURN(const pid_t pid, Spawn(command, {output.writing.get(),
                                                    errors.writing.get()}));
  output.writing.Reset();
  errors.writing.Reset();
  Outcome outcome;
  const bool in_time =
      Drain(output.reading.get(), errors.reading.get(), outcome, deadline);
  if (!in_time) kill(pid, SIGKILL);
  int status = 0;
  waitpid(pid, &status, 0);
  if (!in_time) {
    return absl::DeadlineExceededError(
        absl::StrCat(command.arguments[0], " took longer than ",
                     absl::FormatDuration(timeout)));
  }
  outcome.exit_code = ExitCode(status);
  return outcome;
}

absl::StatusOr<std::string> RunSuccessfully(Command command,
                                            absl::Duration timeout) {
  const std::string program = command.arguments[0];
  ASSIGN_OR_RETURN(Outcome outcome, RunToEnd(std::move(command), timeout));
  if (outcome.exit_code != 0) {
    return absl::InternalError(absl::StrCat(program, " ended with ",
                                            outcome.exit_code, ": ",
                                            outcome.errors, outcome.output));
  }
  return std::move(outcome.output);
}

int64_t PeakMemory(pid_t pid) {
  const std::string status =
      ReadFile(absl::StrCat("/proc/", pid, "/status"), 1 << 16).value_or("");
  for (absl::string_view line : absl::StrSplit(status, '\n')) {
    int64_t kib = 0;
    if (absl::ConsumePrefix(&line, "VmHWM:") &&
        absl::ConsumeSuffix(&line, " kB") && absl::SimpleAtoi(line, &kib)) {
      return kib;
    }
  }
  return -1;
}

bool Listens(int port) {
  const UniqueFd fd(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return connect(fd.get(), reinterpret_cast<const sockaddr*>(&address),
                 sizeof(address)) == 0;
}

absl::Status AwaitPort(int port, Process& process, absl::Duration timeout) {
  const absl::Time deadline = absl::Now() + timeout;
  while (!Listens(port)) {
    if (!process.running()) {
      return absl::FailedPreconditionError(
          absl::StrCat("the program for port ", port, " has ended"));
    }
    if (absl::Now() >= deadline) {
      return absl::DeadlineExceededError(
          absl::StrCat("nothing listens on port ", port));
    }
    absl::SleepFor(kLook);
  }
  return absl::OkStatus();
}

}  // namespace cardferry::stage
