#include "lib/rpc/testing/command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

extern char** environ;

namespace cardferry::rpc::testing {
namespace {

constexpr int kPatienceMs = 8000;

void Must(bool done, const char* what) {
  if (done) return;
  std::perror(what);
  abort();
}

struct Pipe {
  UniqueFd read;
  UniqueFd write;
};

Pipe MakePipe() {
  int ends[2];
  Must(pipe2(ends, O_CLOEXEC) == 0, "pipe2");
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

}  // namespace

Command::Command(const std::vector<std::string>& arguments, Input input) {
  Pipe in = MakePipe();
  Pipe out = MakePipe();
  if (input == Input::kSilent) input_ = std::move(in.write);
  in.write.Reset();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), 2);
  std::vector<char*> argv;
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  Must(posix_spawnp(&pid_, argv[0], &actions, nullptr, argv.data(), environ) ==
           0,
       argv[0]);
  posix_spawn_file_actions_destroy(&actions);
  output_ = std::move(out.read);
}

Command::~Command() {
  if (pid_ < 0) return;
  kill(pid_, SIGKILL);
  Wait();
}

const std::string& Command::ReadUntil(const std::string& text) {
  char block[4096];
  while (text.empty() || text_.find(text) == std::string::npos) {
    pollfd waiting = {output_.get(), POLLIN, 0};
    if (poll(&waiting, 1, kPatienceMs) <= 0) break;
    const ssize_t size = read(output_.get(), block, sizeof(block));
    if (size <= 0) break;
    text_.append(block, static_cast<size_t>(size));
  }
  return text_;
}

const std::string& Command::ReadAll() { return ReadUntil(""); }

int Command::Wait() {
  int status = 0;
  Must(waitpid(pid_, &status, 0) == pid_, "waitpid");
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void Command::Signal(int number) { kill(pid_, number); }

}  // namespace cardferry::rpc::testing
