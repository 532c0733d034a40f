#ifndef CARDFERRY_AGENT_JOURNAL_DISK_FOLDER_H_
#define CARDFERRY_AGENT_JOURNAL_DISK_FOLDER_H_

#include <memory>
#include <string>

#include "agent/journal/journal_folder.h"
#include "lib/base/unique_fd.h"

namespace cardferry::agent {

// A folder of the file system. Files are readable for their owner only.
class DiskFolder final : public JournalFolder {
 public:
  // Makes the folder (mode 0700) and its parents when they are missing, and
  // takes it for this process alone. FAILED_PRECONDITION when another agent
  // has it; PERMISSION_DENIED and so on when it cannot be written.
  static absl::StatusOr<std::unique_ptr<DiskFolder>> Open(
      const std::string& path);

  absl::StatusOr<std::vector<std::string>> List() override;
  absl::StatusOr<Bytes> Read(const std::string& name) override;
  absl::StatusOr<std::unique_ptr<JournalFile>> Create(const std::string& name,
                                                      size_t reserve) override;
  absl::Status Remove(const std::string& name) override;
  absl::Status Wipe(const std::string& name) override;
  absl::Status SetAside(const std::string& name) override;

 private:
  DiskFolder(std::string path, UniqueFd folder)
      : path_(std::move(path)), folder_(std::move(folder)) {}
  std::string PathOf(const std::string& name) const;
  absl::Status SyncFolder() const;

  const std::string path_;
  const UniqueFd folder_;  // locked
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_JOURNAL_DISK_FOLDER_H_
