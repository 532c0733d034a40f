#include "tests/stage/pcscd.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"

namespace cardferry::stage {
namespace {

constexpr char kProgram[] = "/usr/sbin/pcscd";
constexpr char kFolder[] = "/run/pcscd";
constexpr char kSocket[] = "/run/pcscd/pcscd.comm";

}  // namespace

absl::StatusOr<Process> StartPcscd(const std::string& log_file) {
  if (access(kProgram, X_OK) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(kProgram, " is missing: ./dev setup installs it"));
  }
  if (access(kSocket, F_OK) == 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        kSocket, " is there already: this must run with a /run of its own"));
  }
  if (mkdir(kFolder, 0755) != 0 && errno != EEXIST) {
    return ErrnoStatus(errno, kFolder);
  }
  Command command;
  command.arguments = {kProgram, "--foreground"};
  command.log_file = log_file;
  ASSIGN_OR_RETURN(Process process, Process::Start(command));
  RETURN_IF_ERROR(
      Annotate(AwaitPort(kVirtualReaderPort, process, absl::Seconds(20)),
               "pcscd's virtual reader"));
  return process;
}

}  // namespace cardferry::stage
