#ifndef CARDFERRY_CARDSIM_STATE_STATE_FILE_H_
#define CARDFERRY_CARDSIM_STATE_STATE_FILE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/state/card_state.h"
#include "lib/base/unique_fd.h"

namespace cardferry::cardsim {

// A card's state in a file, for one process at a time. The file holds the
// card's keys in clear, as a card's memory does: its mode is 0600.
class StateFile final : public CardStateStore {
 public:
  // Takes the file for this process, whether it is there or not; its lock is
  // PATH.lock, which stays behind. FAILED_PRECONDITION when another process has
  // it, else as ErrnoStatus.
  static absl::StatusOr<std::unique_ptr<StateFile>> Open(std::string path);

  // What the file holds; nullopt when there is none. FAILED_PRECONDITION when
  // others than its owner may read or write it; else as ParseStateFile; always
  // with the file's name and what to do.
  absl::StatusOr<std::optional<CardState>> Load() const;

  const std::string& path() const { return path_; }

  // Writes the file whole or not at all; a failure is logged too.
  absl::Status Save(const CardState& state) override;

 private:
  StateFile(std::string path, UniqueFd lock)
      : path_(std::move(path)), lock_(std::move(lock)) {}

  std::string path_;
  UniqueFd lock_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_STATE_STATE_FILE_H_
