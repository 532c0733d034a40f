#ifndef CARDFERRY_AGENT_TESTING_FAKE_FOLDER_H_
#define CARDFERRY_AGENT_TESTING_FAKE_FOLDER_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "agent/journal/journal_folder.h"

namespace cardferry::agent {

// A folder in memory whose calls can be made to fail, and whose power can be
// cut. Not a file system: it has no directories and no limits of its own. Safe
// from any thread.
class FakeFolder final : public JournalFolder {
 public:
  absl::StatusOr<std::vector<std::string>> List() override;
  absl::StatusOr<Bytes> Read(const std::string& name) override;
  absl::StatusOr<std::unique_ptr<JournalFile>> Create(const std::string& name,
                                                      size_t reserve) override;
  absl::Status Remove(const std::string& name) override;
  absl::Status Wipe(const std::string& name) override { return Remove(name); }
  absl::Status SetAside(const std::string& name) override;

  // From the `call`th call on (counted from 0) every call that changes
  // something fails: the disk is full. An append writes half before.
  void FailFrom(int call);
  // Only that one fails.
  void FailAt(int call);
  // Nothing fails any more.
  void Recover();
  int calls() const;

  // What was not synced is lost, but for the first `kept` bytes of it.
  void CutPower(size_t kept);

  void Put(const std::string& name, const Bytes& bytes);
  std::vector<std::string> aside() const;
  size_t last_reserve() const;

 private:
  friend class FakeFile;
  struct File {
    Bytes bytes;
    size_t synced = 0;
  };

  absl::Status Count();

  mutable absl::Mutex mutex_;
  std::map<std::string, File> files_;
  std::vector<std::string> aside_;
  size_t last_reserve_ = 0;
  int calls_ = 0;
  int fail_from_ = -1;
  int fail_to_ = -1;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_TESTING_FAKE_FOLDER_H_
