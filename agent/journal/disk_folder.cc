#include "agent/journal/disk_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

constexpr absl::string_view kSuffix = ".journal";
constexpr absl::string_view kAsideSuffix = ".corrupt";
// A card may say up to 64 KB an answer; what is longer than this was not
// written by an agent.
constexpr size_t kMaxFileBytes = 80 << 20;

class DiskFile final : public JournalFile {
 public:
  DiskFile(std::string path, UniqueFd fd)
      : path_(std::move(path)), fd_(std::move(fd)) {}

  absl::Status Append(ByteSpan bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = write(fd_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return ErrnoStatus(errno, path_);
      bytes = bytes.subspan(static_cast<size_t>(written));
    }
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    if (fdatasync(fd_.get()) != 0) return ErrnoStatus(errno, path_);
    return absl::OkStatus();
  }

 private:
  const std::string path_;
  const UniqueFd fd_;
};

absl::Status MakeFolders(const std::string& path) {
  for (size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string folder = path.substr(0, end);
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
      return ErrnoStatus(errno, folder);
    }
    if (end == std::string::npos) return absl::OkStatus();
  }
}

// Sets room aside; file systems that cannot do that say so, and are used
// without.
absl::Status Reserve(int fd, size_t size, const std::string& path) {
  if (size == 0 ||
      fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, static_cast<off_t>(size)) == 0 ||
      errno == EOPNOTSUPP || errno == ENOSYS) {
    return absl::OkStatus();
  }
  return ErrnoStatus(errno, path);
}

}  // namespace

absl::StatusOr<std::unique_ptr<DiskFolder>> DiskFolder::Open(
    const std::string& path) {
  RETURN_IF_ERROR(MakeFolders(path));
  UniqueFd fd(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, path);
  if (flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    return absl::FailedPreconditionError(absl::StrCat(
        path, ": another agent uses this folder; give each its own"));
  }
  if (access(path.c_str(), W_OK | X_OK) != 0) return ErrnoStatus(errno, path);
  return std::unique_ptr<DiskFolder>(new DiskFolder(path, std::move(fd)));
}

std::string DiskFolder::PathOf(const std::string& name) const {
  return absl::StrCat(path_, "/", name, kSuffix);
}

absl::Status DiskFolder::SyncFolder() const {
  if (fsync(folder_.get()) != 0) return ErrnoStatus(errno, path_);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> DiskFolder::List() {
  DIR* const folder = opendir(path_.c_str());
  if (folder == nullptr) return ErrnoStatus(errno, path_);
  std::vector<std::string> names;
  while (const dirent* entry = readdir(folder)) {
    const absl::string_view name = entry->d_name;
    if (!absl::EndsWith(name, kSuffix)) continue;
    names.emplace_back(name.substr(0, name.size() - kSuffix.size()));
  }
  closedir(folder);
  return names;
}

absl::StatusOr<Bytes> DiskFolder::Read(const std::string& name) {
  ASSIGN_OR_RETURN(const std::string text,
                   ReadFile(PathOf(name), kMaxFileBytes));
  const ByteSpan bytes = AsBytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

absl::StatusOr<std::unique_ptr<JournalFile>> DiskFolder::Create(
    const std::string& name, size_t reserve) {
  const std::string path = PathOf(name);
  UniqueFd fd(open(path.c_str(),
                   O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_APPEND, 0600));
  if (!fd.valid() && errno == EEXIST) {
    return absl::AlreadyExistsError(absl::StrCat(path, " is there already"));
  }
  if (!fd.valid()) return ErrnoStatus(errno, path);
  absl::Status status = Reserve(fd.get(), reserve, path);
  if (status.ok()) status = SyncFolder();
  if (!status.ok()) {
    unlink(path.c_str());
    return status;
  }
  return std::make_unique<DiskFile>(path, std::move(fd));
}

absl::Status DiskFolder::Remove(const std::string& name) {
  const std::string path = PathOf(name);
  if (unlink(path.c_str()) != 0) return ErrnoStatus(errno, path);
  return absl::OkStatus();
}

absl::Status DiskFolder::Wipe(const std::string& name) {
  const std::string path = PathOf(name);
  const UniqueFd fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd.valid()) return ErrnoStatus(errno, path);
  const off_t size = lseek(fd.get(), 0, SEEK_END);
  const Bytes zeros(4096);
  for (off_t at = 0; at < size;) {
    const auto left = static_cast<size_t>(size - at);
    const ssize_t written =
        pwrite(fd.get(), zeros.data(), std::min(left, zeros.size()), at);
    if (written <= 0) return ErrnoStatus(errno, path);
    at += written;
  }
  if (fsync(fd.get()) != 0) return ErrnoStatus(errno, path);
  return Remove(name);
}

absl::Status DiskFolder::SetAside(const std::string& name) {
  const std::string path = PathOf(name);
  const std::string aside = absl::StrCat(path, kAsideSuffix);
  if (rename(path.c_str(), aside.c_str()) != 0) {
    return ErrnoStatus(errno, path);
  }
  return absl::OkStatus();
}

}  // namespace cardferry::agent
