#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_PACKET_REPOSITORY_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_PACKET_REPOSITORY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/store/database.h"
#include "services/orchestrator/model/packet.h"

namespace cardferry::orchestrator {

// The register of packets, within one transaction: each one's report is taken
// once, also after a reconnect or a restart of this service.
class PacketRepository {
 public:
  explicit PacketRepository(store::Transaction& tx) : tx_(tx) {}

  // Registers a packet that is about to be sent. Packets at that reader, and
  // for that card where it is proven, that are not concluded are abandoned: the
  // card has forgotten their session, and is read anew.
  absl::Status Add(const Packet& packet, absl::Time now);

  // Registers one that waits for its card (its state is kPrepared). The card is
  // not there, so nothing is abandoned for it.
  absl::Status AddPrepared(const Packet& packet, absl::Time now);
  // Of this job's no other one can be run any more.
  absl::Status AbandonPrepared(const std::string& job_id);

  // The first part was written.
  absl::Status SetServerTime(const std::string& id, absl::Duration time);

  // Takes a report from `agent`, and keeps the transcript until Conclude.
  absl::StatusOr<ReportCheck> Report(const std::string& id,
                                     const std::string& agent,
                                     const Bytes& transcript, absl::Time now);

  // What the agent says beside its report; not proven.
  absl::Status SetTrouble(const std::string& id, const std::string& trouble,
                          bool no_room);

  // How many packets of this job their agents had no room for.
  absl::StatusOr<int64_t> WithoutRoom(const std::string& job_id);

  // What the report means is known and recorded; what is opaque is forgotten.
  absl::Status Conclude(const std::string& id);

  // NOT_FOUND when there is no such packet.
  absl::StatusOr<Packet> Get(const std::string& id);

  // Ids of those reported from this reader and not concluded, oldest first.
  absl::StatusOr<std::vector<std::string>> Unconcluded(const ReaderAddress& at);
  // Those reported, from wherever, before `before` and not concluded.
  absl::StatusOr<std::vector<Packet>> UnconcludedSince(absl::Time before);

 private:
  absl::Status Insert(const Packet& packet, absl::Time now);

  store::Transaction& tx_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_PACKET_REPOSITORY_H_
