#include "services/keyvault/hsm/read_only_token.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "hsm-config/softhsm_conf.h"
#include "lib/base/status_macros.h"
#include "lib/base/unique_fd.h"

namespace cardferry::keyvault {
namespace {

namespace fs = std::filesystem;

absl::Status Writable(const std::string& path) {
  return absl::FailedPreconditionError(absl::StrCat(
      path,
      " is writable by this process: a crash could destroy the token. Run "
      "keyvault under a user of its own that is not root, and publish the "
      "token read-only (keyvault-token init does: folders 0550, files 0440), "
      "or mount it read-only; --allow_writable_token for development only"));
}

bool CanWriteFile(const std::string& path) {
  return UniqueFd(open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW))
      .valid();
}

bool CanMakeFileIn(const std::string& folder) {
  const std::string probe =
      absl::StrCat(folder, "/.write-probe-", getpid(), ".tmp");
  const UniqueFd fd(
      open(probe.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!fd.valid()) return false;
  (void)unlink(probe.c_str());
  return true;
}

}  // namespace

absl::Status CheckTokenIsReadOnly(const std::string& token_dir) {
  std::error_code error;
  size_t files = 0;
  if (CanMakeFileIn(token_dir)) return Writable(token_dir);
  for (fs::recursive_directory_iterator entry(token_dir, error), end;
       !error && entry != end; entry.increment(error)) {
    const std::string path = entry->path().string();
    const bool folder = entry->is_directory(error);
    if (folder ? CanMakeFileIn(path) : CanWriteFile(path)) {
      return Writable(path);
    }
    if (!folder) ++files;
  }
  if (error) {
    return absl::NotFoundError(
        absl::StrCat("token folder ", token_dir, ": ", error.message()));
  }
  if (files == 0) {
    return absl::NotFoundError(
        absl::StrCat("token folder ", token_dir, " holds no file"));
  }
  return absl::OkStatus();
}

absl::Status CheckSoftHsmUses(const std::string& conf,
                              const std::string& token_dir) {
  ASSIGN_OR_RETURN(const std::string used, hsm::TokenDirOfSoftHsmConf(conf));
  std::error_code error;
  if (fs::equivalent(used, token_dir, error) && !error) {
    return absl::OkStatus();
  }
  return absl::FailedPreconditionError(
      absl::StrCat("token_directory is ", token_dir, ", but SoftHSM2 uses ",
                   used, " (SOFTHSM2_CONF=", conf, "): make them the same"));
}

}  // namespace cardferry::keyvault
