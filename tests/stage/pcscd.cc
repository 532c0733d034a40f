#include "tests/stage/pcscd.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/base/unique_fd.h"

namespace cardferry::stage {
namespace {

constexpr char kProgram[] = "/usr/sbin/pcscd";
constexpr char kFolder[] = "/run/pcscd";
constexpr char kDriver[] = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

// Whether a pcscd accepts connections. One that was killed leaves its socket
// behind.
bool SomebodyAnswers() {
  const UniqueFd fd(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, kPcscdSocket, sizeof(address.sun_path) - 1);
  return connect(fd.get(), reinterpret_cast<const sockaddr*>(&address),
                 sizeof(address)) == 0;
}

// What a killed one leaves behind keeps the next one from starting.
void RemoveLeftovers() {
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(kFolder, error)) {
    std::filesystem::remove(file.path(), error);
  }
}

absl::Status CheckPlace(int port) {
  if (access(kProgram, X_OK) != 0) {
    return absl::FailedPreconditionError(
        absl::StrCat(kProgram, " is missing: ./dev setup installs it"));
  }
  if (SomebodyAnswers()) {
    return absl::FailedPreconditionError(absl::StrCat(
        kPcscdSocket,
        " is there already: this must run with a /run of its own"));
  }
  if (Listens(port)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "something else listens on port ", port,
        ", where the virtual reader would be: another pcscd with vpcd?"));
  }
  if (mkdir(kFolder, 0755) != 0 && errno != EEXIST) {
    return ErrnoStatus(errno, kFolder);
  }
  RemoveLeftovers();
  return absl::OkStatus();
}

// Two readers, in the words of pcscd's configuration.
std::string ReaderText(absl::string_view name, absl::string_view driver,
                       int port) {
  return absl::StrFormat(
      "FRIENDLYNAME \"%s\"\n"
      "DEVICENAME /dev/null:0x%X\n"
      "LIBPATH %s\n"
      "CHANNELID 0x%X\n",
      name, port, driver, port);
}

absl::StatusOr<Process> Start(int port, Command command) {
  RETURN_IF_ERROR(CheckPlace(port));
  ASSIGN_OR_RETURN(Process process, Process::Start(command));
  RETURN_IF_ERROR(Annotate(AwaitPort(port, process, absl::Seconds(20)),
                           "pcscd's virtual reader"));
  return process;
}

}  // namespace

absl::StatusOr<Process> StartPcscd(const std::string& log_file) {
  Command command;
  command.arguments = {kProgram, "--foreground"};
  command.log_file = log_file;
  return Start(kVirtualReaderPort, std::move(command));
}

absl::StatusOr<Process> StartPcscdOn(int port, bool four,
                                     const std::string& folder,
                                     const std::string& log_file) {
  if (mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
    return ErrnoStatus(errno, folder);
  }
  std::string readers = ReaderText("Virtual PCD", kDriver, port);
  if (four) {
    // A driver serves two readers and keeps them in its globals: two more need
    // a driver of their own.
    const std::string driver = absl::StrCat(folder, ".driver.so");
    std::error_code error;
    std::filesystem::copy_file(
        kDriver, driver, std::filesystem::copy_options::overwrite_existing,
        error);
    if (error) return ErrnoStatus(error.value(), driver);
    readers += ReaderText("More Virtual PCD", driver, port + 2);
  }
  RETURN_IF_ERROR(WriteFileAtomically(absl::StrCat(folder, "/virtual-readers"),
                                      AsBytes(readers), 0644));
  Command command;
  command.arguments = {kProgram, "--foreground", "--config", folder};
  command.log_file = log_file;
  return Start(port, std::move(command));
}

}  // namespace cardferry::stage
