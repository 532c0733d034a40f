#ifndef CARDFERRY_LIB_RPC_TESTING_COMMAND_H_
#define CARDFERRY_LIB_RPC_TESTING_COMMAND_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "lib/base/unique_fd.h"

namespace cardferry::rpc::testing {

// A child process whose output is read; killed when this goes. Stops the test
// process when it cannot be started.
class Command {
 public:
  // What standard input is: at its end at once, or silent until this goes.
  enum class Input { kEmpty, kSilent };

  // `arguments[0]` is looked for in PATH.
  explicit Command(const std::vector<std::string>& arguments,
                   Input input = Input::kEmpty);
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;
  ~Command();

  // Reads standard output and error until `text` has appeared, or the end, or
  // nothing came for eight seconds: everything read so far.
  const std::string& ReadUntil(const std::string& text);
  // Everything until the end.
  const std::string& ReadAll();

  // Waits for the end: the exit status, or 128 and the signal's number.
  int Wait();
  void Signal(int number);

 private:
  pid_t pid_ = -1;
  UniqueFd input_;
  UniqueFd output_;
  std::string text_;
};

}  // namespace cardferry::rpc::testing

#endif  // CARDFERRY_LIB_RPC_TESTING_COMMAND_H_
