#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PACKET_SENDER_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PACKET_SENDER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/orchestrator/model/packet.h"
#include "services/orchestrator/sequencing/sequencer.h"
#include "services/orchestrator/session/agent_link.h"
#include "services/orchestrator/session/session_context.h"

namespace cardferry::orchestrator {

// Registers one packet when its header comes, then passes its parts on to the
// agent as they come.
class PacketSender final : public BundleSink {
 public:
  // `packet` as far as it is known before the header. `received_at` is when
  // the card's answer came.
  PacketSender(Packet packet, absl::Time received_at,
               const SessionContext& context, AgentLink& link)
      : packet_(std::move(packet)),
        received_at_(received_at),
        context_(context),
        link_(link) {}

  // INTERNAL when the proven card is not the claimed one.
  absl::Status OnHeader(const BundleHeader& header) override;
  // UNAVAILABLE when the agent is gone.
  absl::Status OnPart(Bytes script, bool last) override;

  // The packet is registered and its job runs: somebody may have to take that
  // back.
  bool started() const { return started_; }
  // The header said that there is nothing to send: no packet, job as before.
  bool empty() const { return header_came_ && packet_.commands == 0; }
  bool agent_gone() const { return agent_gone_; }
  const Packet& packet() const { return packet_; }

 private:
  absl::Status Register(const std::string& summary, bool others_live);

  Packet packet_;
  const absl::Time received_at_;
  const SessionContext& context_;
  AgentLink& link_;
  bool header_came_ = false;
  bool asks_server_ = false;
  bool started_ = false;
  bool part_sent_ = false;
  bool agent_gone_ = false;
  std::vector<std::string> ended_;  // jobs whose packets were left behind
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PACKET_SENDER_H_
