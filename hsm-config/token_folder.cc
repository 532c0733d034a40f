#include "hsm-config/token_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/base/unique_fd.h"

namespace cardferry::hsm {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kFolderMode = 0550;
constexpr mode_t kFileMode = 0440;

absl::Status Failed(const std::error_code& error, const std::string& what) {
  return ErrnoStatus(error.value(), what);
}

// The folder and everything in it, what is inside before what it is in.
absl::StatusOr<std::vector<fs::path>> InnermostFirst(const std::string& path) {
  std::vector<fs::path> all = {path};
  std::error_code error;
  for (fs::recursive_directory_iterator entry(path, error), end;
       !error && entry != end; entry.increment(error)) {
    all.push_back(entry->path());
  }
  if (error) return Failed(error, path);
  return std::vector<fs::path>(all.rbegin(), all.rend());
}

absl::Status Sync(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.valid() || fsync(fd.get()) != 0) {
    return ErrnoStatus(errno, absl::StrCat("fsync ", path));
  }
  return absl::OkStatus();
}

// Sets one entry's mode and puts it on the disk.
absl::Status Seal(const fs::path& path) {
  const mode_t mode = fs::is_directory(path) ? kFolderMode : kFileMode;
  if (chmod(path.c_str(), mode) != 0) {
    return ErrnoStatus(errno, absl::StrCat("chmod ", path.string()));
  }
  return Sync(path.string());
}

// Copies what is in a folder to another that is there, writable for the owner:
// fs::copy would close its new folders before it has filled them.
absl::Status CopyTree(const fs::path& from, const fs::path& to) {
  std::error_code error;
  for (fs::directory_iterator entry(from, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path target = to / entry->path().filename();
    if (entry->is_directory(error)) {
      fs::create_directory(target, error);
      RETURN_IF_ERROR(CopyTree(entry->path(), target));
    } else {
      fs::copy_file(entry->path(), target, error);
      if (!error) {
        fs::permissions(target, fs::perms::owner_read | fs::perms::owner_write,
                        error);
      }
    }
    if (error)
      return Failed(error, absl::StrCat("copy of ", entry->path().string()));
  }
  if (error) return Failed(error, absl::StrCat("copy of ", from.string()));
  return absl::OkStatus();
}

void RemoveAll(const std::string& root) {
  std::error_code ignored;
  fs::permissions(root, fs::perms::owner_all, fs::perm_options::add, ignored);
  for (const fs::directory_entry& entry :
       fs::recursive_directory_iterator(root, ignored)) {
    if (!entry.is_directory(ignored)) continue;
    fs::permissions(entry.path(), fs::perms::owner_all, fs::perm_options::add,
                    ignored);
  }
  fs::remove_all(root, ignored);
}

}  // namespace

absl::StatusOr<TokenFolder> TokenFolder::Create(std::string pattern) {
  if (mkdtemp(&pattern[0]) == nullptr) return ErrnoStatus(errno, pattern);
  return TokenFolder(std::move(pattern));
}

absl::StatusOr<TokenFolder> TokenFolder::CreateFor(
    const std::string& token_dir) {
  return Create(absl::StrCat(token_dir, ".new.XXXXXX"));
}

absl::StatusOr<TokenFolder> TokenFolder::CopyOf(const std::string& token_dir) {
  std::error_code error;
  const fs::path temporary = fs::temp_directory_path(error);
  if (error) return Failed(error, "folder for temporary files");
  ASSIGN_OR_RETURN(
      TokenFolder folder,
      Create(absl::StrCat(temporary.string(), "/keyvault-token.XXXXXX")));
  RETURN_IF_ERROR(CopyTree(token_dir, folder.path_));
  return folder;
}

TokenFolder::TokenFolder(TokenFolder&& other) noexcept
    : path_(std::move(other.path_)),
      owned_(std::exchange(other.owned_, false)) {}

TokenFolder::~TokenFolder() {
  if (!owned_) return;
  RemoveAll(path_);
  (void)unlink(conf_path().c_str());
}

absl::Status TokenFolder::Publish(const std::string& token_dir) {
  ASSIGN_OR_RETURN(const std::vector<fs::path> all, InnermostFirst(path_));
  for (const fs::path& path : all) RETURN_IF_ERROR(Seal(path));
  if (renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, token_dir.c_str(),
                RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) {
      return absl::AlreadyExistsError(
          absl::StrCat(token_dir, " is there: publish a new token beside it"));
    }
    return ErrnoStatus(errno, absl::StrCat("rename to ", token_dir));
  }
  owned_ = false;
  (void)unlink(conf_path().c_str());
  const fs::path parent = fs::path(token_dir).parent_path();
  return Sync(parent.empty() ? "." : parent.string());
}

}  // namespace cardferry::hsm
