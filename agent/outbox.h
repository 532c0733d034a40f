#ifndef CARDFERRY_AGENT_OUTBOX_H_
#define CARDFERRY_AGENT_OUTBOX_H_

#include <deque>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "agent/journal/packet_journal.h"
#include "agent/uplink.h"

namespace cardferry::agent {

// The reports of all readers until the server has acknowledged them, here and
// in the journal. Knows every packet that was begun, so that none is run
// twice. Safe from any thread; waits for the disk.
class Outbox {
 public:
  // More reports than this do not wait: then no packet is begun any more.
  static constexpr size_t kMostReports = 64;
  static constexpr size_t kMostBytes = 8 << 20;

  // Both outlive it.
  Outbox(PacketJournal& journal, Uplink& uplink)
      : journal_(journal), uplink_(uplink) {}

  // Takes up what an earlier process left: reports that were not acknowledged,
  // and packets that were interrupted, whose outcome is unknown. Once, first.
  void Recover();

  // The packet may be run when this returns OK, and only then. ALREADY_EXISTS:
  // it was begun before; RESOURCE_EXHAUSTED: the disk is full, or too many
  // reports wait. `commands`: in the whole packet, for the room it needs.
  absl::StatusOr<std::unique_ptr<PacketRecord>> Begin(
      const std::string& packet_id, const std::string& reader, size_t commands);

  // The packet was begun before, as far as is remembered: Begin would say so.
  bool WasBegun(const std::string& packet_id) const;

  // Sends the report and keeps it. `record`: of the packet that was begun;
  // null for one that was refused: that is kept until this process ends.
  // For a packet whose report waits already nothing changes: that one counts,
  // and is sent again.
  void Add(Report report, std::unique_ptr<PacketRecord> record);

  // The stream to the server is new: everything that waits is sent.
  void SendAll();

  // The server has the report of this packet.
  void Acknowledge(const std::string& packet_id);

 private:
  struct Packet {
    bool journaled = false;
    bool reported = false;
    size_t bytes = 0;
    Report report;
  };

  // True when `report` is the packet's first. Else `report` becomes that one.
  bool Keep(Report& report, bool journaled);
  // A refusal says nothing of a packet that runs or was acknowledged.
  bool IsNoNews(const std::string& packet_id) const;
  bool WasAcknowledged(const std::string& packet_id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckRoom(const std::string& packet_id) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  PacketJournal& journal_;
  Uplink& uplink_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Packet> packets_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  std::deque<std::string> acknowledged_ ABSL_GUARDED_BY(mutex_);  // the latest
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_OUTBOX_H_
