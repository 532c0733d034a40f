#include "lib/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/base/unique_fd.h"

namespace cardferry {
namespace {

constexpr size_t kLargestSecret = 4096;

absl::StatusOr<UniqueFd> Open(const std::string& path, int flags,
                              mode_t mode = 0) {
  UniqueFd fd(open(path.c_str(), flags | O_CLOEXEC, mode));
  if (!fd.valid()) return ErrnoStatus(errno, absl::StrCat("open ", path));
  return fd;
}

// Fills `out` from the file as far as it goes; returns the number of bytes.
absl::StatusOr<size_t> ReadUpTo(int fd, const std::string& path,
                                absl::Span<uint8_t> out) {
  size_t filled = 0;
  while (filled < out.size()) {
    const ssize_t got = read(fd, out.data() + filled, out.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, absl::StrCat("read ", path));
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  return filled;
}

absl::Status WriteAll(int fd, const std::string& path, ByteSpan bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return ErrnoStatus(errno, absl::StrCat("write ", path));
    bytes.remove_prefix(static_cast<size_t>(put));
  }
  if (fsync(fd) != 0) return ErrnoStatus(errno, absl::StrCat("fsync ", path));
  return absl::OkStatus();
}

absl::Status SyncFolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string folder =
      slash == std::string::npos ? "." : path.substr(0, slash + 1);
  ASSIGN_OR_RETURN(const UniqueFd fd, Open(folder, O_RDONLY | O_DIRECTORY));
  if (fsync(fd.get()) != 0) {
    return ErrnoStatus(errno, absl::StrCat("fsync ", folder));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ErrnoStatus(int error, absl::string_view what) {
  const std::string message = absl::StrCat(what, ": ", strerror(error));
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(message);
    case ENOSPC:
    case EDQUOT:
    case EMFILE:
    case ENFILE:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit) {
  ASSIGN_OR_RETURN(const UniqueFd fd, Open(path, O_RDONLY));
  std::string text(limit + 1, '\0');
  ASSIGN_OR_RETURN(const size_t size,
                   ReadUpTo(fd.get(), path,
                            absl::MakeSpan(reinterpret_cast<uint8_t*>(&text[0]),
                                           limit + 1)));
  if (size > limit) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path, " is larger than ", limit, " bytes"));
  }
  text.resize(size);
  return text;
}

absl::StatusOr<SecretBytes> ReadSecretFile(const std::string& path) {
  ASSIGN_OR_RETURN(const UniqueFd fd, Open(path, O_RDONLY));
  struct stat status = {};
  if (fstat(fd.get(), &status) != 0) {
    return ErrnoStatus(errno, absl::StrCat("stat ", path));
  }
  if ((status.st_mode & 0377) != 0) {
    return absl::FailedPreconditionError(
        absl::StrFormat("%s holds a secret and has mode %04o: chmod 0400 it",
                        path, status.st_mode & 07777));
  }
  uint8_t buffer[kLargestSecret + 1];
  absl::StatusOr<size_t> size =
      ReadUpTo(fd.get(), path, absl::MakeSpan(buffer));
  SecretBytes secret;
  if (size.ok()) {
    const size_t kept =
        *size > 0 && buffer[*size - 1] == '\n' ? *size - 1 : *size;
    secret = SecretBytes::CopyOf(ByteSpan(buffer, kept));
  }
  WipeBytes(absl::MakeSpan(buffer));
  RETURN_IF_ERROR(size.status());
  if (*size > kLargestSecret) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path, " is larger than ", kLargestSecret, " bytes"));
  }
  if (secret.empty()) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is empty"));
  }
  return secret;
}

absl::Status WriteFileAtomically(const std::string& path, ByteSpan bytes,
                                 mode_t mode) {
  const std::string temporary = absl::StrCat(path, ".new");
  (void)unlink(temporary.c_str());
  absl::Status written = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const UniqueFd fd,
                     Open(temporary, O_WRONLY | O_CREAT | O_EXCL, mode));
    RETURN_IF_ERROR(WriteAll(fd.get(), temporary, bytes));
    if (rename(temporary.c_str(), path.c_str()) != 0) {
      return ErrnoStatus(errno, absl::StrCat("rename to ", path));
    }
    return SyncFolderOf(path);
  }();
  if (!written.ok()) (void)unlink(temporary.c_str());
  return written;
}

}  // namespace cardferry
