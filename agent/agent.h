#ifndef CARDFERRY_AGENT_AGENT_H_
#define CARDFERRY_AGENT_AGENT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "agent/agent_config.h"
#include "agent/gateway_stream.h"
#include "agent/journal/disk_folder.h"
#include "agent/journal/packet_journal.h"
#include "agent/outbox.h"
#include "agent/pcsc/reader_watch.h"
#include "agent/stored/packet_seal.h"
#include "agent/stored/packet_store.h"
#include "agent/switchboard.h"
#include "lib/base/random.h"

namespace cardferry::agent {

// The whole agent: a watch over the readers, a worker for each, a journal, and
// one stream.
class Agent {
 public:
  // How long reports may take to go out when the agent stops.
  static constexpr absl::Duration kLastWords = absl::Seconds(5);

  // Takes the journal's folder and starts everything. FAILED_PRECONDITION when
  // another agent has that folder, or as DiskFolder::Open says.
  static absl::StatusOr<std::unique_ptr<Agent>> Start(
      std::shared_ptr<grpc::Channel> channel, const AgentConfig& config,
      const Switchboard::MakeSlot& make_slot);

  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  // Lets running scripts end and their reports go out, for as long as the
  // configuration says, then stops.
  ~Agent();

 private:
  // What the agent keeps on the disk, and the key for a part of it.
  struct Files {
    std::unique_ptr<RandomSource> random;  // the key's, for its nonces
    std::unique_ptr<DiskFolder> journal;
    std::unique_ptr<DiskFolder> stored;
    std::unique_ptr<PacketSeal> seal;
  };
  static absl::StatusOr<Files> OpenFiles(const AgentConfig& config);

  Agent(std::shared_ptr<grpc::Channel> channel, const AgentConfig& config,
        Files files, const Switchboard::MakeSlot& make_slot);

  const absl::Duration stop_patience_;
  const std::unique_ptr<RandomSource> random_;
  const std::unique_ptr<DiskFolder> folder_;
  const std::unique_ptr<DiskFolder> stored_folder_;
  const std::unique_ptr<PacketSeal> seal_;
  PacketStore store_;
  PacketJournal journal_;
  GatewayStream stream_;
  Outbox outbox_;
  Switchboard switchboard_;
  std::unique_ptr<ReaderWatch> watch_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_AGENT_H_
