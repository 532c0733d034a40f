#ifndef CARDFERRY_AGENT_STORED_PACKET_STORE_H_
#define CARDFERRY_AGENT_STORED_PACKET_STORE_H_

#include <set>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "agent/journal/journal_folder.h"
#include "agent/stored/packet_seal.h"
#include "agent/stored/stored_packet.h"

namespace cardferry::agent {

// Packets that wait for their cards: one sealed file each, from Keep to Wipe.
// Safe from any thread; waits for the disk.
class PacketStore {
 public:
  // More do not wait at one agent.
  static constexpr size_t kMostPackets = 256;

  // Both outlive it.
  PacketStore(JournalFolder& folder, PacketSeal& seal)
      : folder_(folder), seal_(seal) {}

  // Takes up what an earlier process left. Files that cannot be opened are set
  // aside, with a line in the log. Once, first.
  void Recover();

  // When it returns OK the packet survives a power failure; one that is there
  // already is not written again. INVALID_ARGUMENT as CheckStored;
  // RESOURCE_EXHAUSTED: there are too many, or the disk is full.
  absl::Status Keep(const StoredPacket& packet);

  // Those that wait, in no order; none that has expired, which is wiped.
  std::vector<StoredPacket> Waiting(absl::Time now);

  // Their ids, without a look at the disk.
  std::vector<std::string> Ids() const;

  // The packet is gone, whatever the disk says: it is not run any more by this
  // process. Nothing happens when it is not there.
  void Wipe(const std::string& id);

 private:
  absl::StatusOr<StoredPacket> Read(const std::string& id);

  JournalFolder& folder_;
  PacketSeal& seal_;
  mutable absl::Mutex mutex_;
  std::set<std::string> ids_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_STORED_PACKET_STORE_H_
