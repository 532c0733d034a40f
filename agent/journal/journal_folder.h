#ifndef CARDFERRY_AGENT_JOURNAL_JOURNAL_FOLDER_H_
#define CARDFERRY_AGENT_JOURNAL_JOURNAL_FOLDER_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"

namespace cardferry::agent {

// A file that is written front to back. Used by one thread.
class JournalFile {
 public:
  virtual ~JournalFile() = default;
  // After an error any part of `bytes` may have been written.
  virtual absl::Status Append(ByteSpan bytes) = 0;
  // When it returns OK, what was appended survives a power failure.
  virtual absl::Status Sync() = 0;
};

// Where journal files are kept. Safe from any thread.
class JournalFolder {
 public:
  virtual ~JournalFolder() = default;
  // Names of all journal files, in no order.
  virtual absl::StatusOr<std::vector<std::string>> List() = 0;
  virtual absl::StatusOr<Bytes> Read(const std::string& name) = 0;
  // A new file whose name survives a power failure, with room for `reserve`
  // bytes set aside where the file system can do that. ALREADY_EXISTS;
  // RESOURCE_EXHAUSTED when the disk is full.
  virtual absl::StatusOr<std::unique_ptr<JournalFile>> Create(
      const std::string& name, size_t reserve) = 0;
  virtual absl::Status Remove(const std::string& name) = 0;
  // Remove, after what the file held was written over.
  virtual absl::Status Wipe(const std::string& name) = 0;
  // Keeps the file under another name, which List does not show.
  virtual absl::Status SetAside(const std::string& name) = 0;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_JOURNAL_JOURNAL_FOLDER_H_
