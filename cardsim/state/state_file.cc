#include "cardsim/state/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cstdint>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cardsim/state/state_file_format.h"
#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

constexpr mode_t kMode = 0600;
constexpr size_t kLargest = 64 * 1024 * 1024;

absl::Status CheckMode(const std::string& path) {
  struct stat status = {};
  if (stat(path.c_str(), &status) != 0) {
    return ErrnoStatus(errno, absl::StrCat("stat ", path));
  }
  if ((status.st_mode & 0177) == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrFormat("%s holds a card's keys and has mode %04o: chmod 0600 it",
                      path, status.st_mode & 07777));
}

}  // namespace

absl::StatusOr<std::unique_ptr<StateFile>> StateFile::Open(std::string path) {
  const std::string lock_path = absl::StrCat(path, ".lock");
  UniqueFd lock(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kMode));
  if (!lock.valid()) {
    return ErrnoStatus(errno, absl::StrCat("open ", lock_path));
  }
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return ErrnoStatus(errno, absl::StrCat("lock ", lock_path));
    }
    return absl::FailedPreconditionError(absl::StrCat(
        path,
        " is in use: another process has this card; stop that one, or "
        "give this one another file"));
  }
  return absl::WrapUnique(new StateFile(std::move(path), std::move(lock)));
}

absl::StatusOr<std::optional<CardState>> StateFile::Load() const {
  absl::StatusOr<std::string> text = ReadFile(path_, kLargest);
  if (absl::IsNotFound(text.status())) return std::optional<CardState>();
  RETURN_IF_ERROR(text.status());
  absl::StatusOr<CardState> state = ParseStateFile(AsBytes(*text));
  WipeBytes(
      absl::MakeSpan(reinterpret_cast<uint8_t*>(&(*text)[0]), text->size()));
  RETURN_IF_ERROR(CheckMode(path_));
  if (!state.ok()) {
    return absl::Status(
        state.status().code(),
        absl::StrCat(path_, ": ", state.status().message(),
                     "; give another file, put a copy back, or remove it for "
                     "a new card"));
  }
  return std::optional<CardState>(*std::move(state));
}

absl::Status StateFile::Save(const CardState& state) {
  const SecretBytes file = EncodeStateFile(state);
  absl::Status written =
      WriteFileAtomically(path_, file.Read(GrantSecretAccess()), kMode);
  if (!written.ok()) {
    LogError("cannot keep the card's state",
             {{"error", std::string(written.message())}});
  }
  return written;
}

}  // namespace cardferry::cardsim
