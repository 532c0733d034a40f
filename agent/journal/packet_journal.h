#ifndef CARDFERRY_AGENT_JOURNAL_PACKET_JOURNAL_H_
#define CARDFERRY_AGENT_JOURNAL_PACKET_JOURNAL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agent/journal/journal_folder.h"
#include "agent/journal/journal_record.h"

namespace cardferry::agent {

// The journal of one packet, being written. Used by one thread. An error
// leaves the file with a torn end, so nothing is appended after it: the packet
// goes on, and what is on disk stays what was known before.
class PacketRecord {
 public:
  explicit PacketRecord(std::unique_ptr<JournalFile> file)
      : file_(std::move(file)) {}

  // Survives the process's end when it returns, a power failure after Sync.
  absl::Status AddAnswer(const card::ResponseApdu& answer);
  absl::Status AddEnd(const PacketEnd& end);
  absl::Status Sync();

 private:
  absl::Status Append(ByteSpan bytes);

  std::unique_ptr<JournalFile> file_;
  absl::Status status_;  // of the first error
};

// Remembers on disk which packets were begun, what the cards answered, and
// which reports the server has not acknowledged: a file for each, from the
// packet's beginning to Forget. Safe from any thread.
class PacketJournal {
 public:
  // `folder` outlives it.
  explicit PacketJournal(JournalFolder& folder) : folder_(folder) {}

  // When it returns OK, the beginning survives a power failure. An error means
  // that the packet must not be run: ALREADY_EXISTS: it was begun before;
  // INVALID_ARGUMENT: no packet has such an id; RESOURCE_EXHAUSTED: disk full.
  // `reserve`: bytes that its answers may take.
  absl::StatusOr<std::unique_ptr<PacketRecord>> Begin(
      const std::string& packet_id, const std::string& reader, size_t reserve);

  // The server has acknowledged the report.
  absl::Status Forget(const std::string& packet_id);

  // What an earlier process left, in no order. Files that cannot be read are
  // set aside, and files of packets that were never run removed, with a line
  // in the log. Call before the first Begin.
  std::vector<JournaledPacket> Recover();

 private:
  void SetAside(const std::string& name, const absl::Status& why);

  JournalFolder& folder_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_JOURNAL_PACKET_JOURNAL_H_
