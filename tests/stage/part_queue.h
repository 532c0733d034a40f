#ifndef CARDFERRY_TESTS_STAGE_PART_QUEUE_H_
#define CARDFERRY_TESTS_STAGE_PART_QUEUE_H_

#include <cstdint>
#include <deque>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "proto/cardferry/agent/v1/agent.pb.h"

namespace cardferry::stage {

// A gateway's messages to one agent, a packet's commands one at a time: each
// goes only when the one before it was answered. For one reader.
class PartQueue {
 public:
  // Takes a message of the gateway. A part of a packet is cut into parts of
  // one command. What waits of a packet goes nowhere when it is over: the agent
  // has reported it, another one has begun, or a verdict has come before its
  // last part. As DecodeScript says for a part whose script cannot be read.
  absl::Status Take(agent::v1::GatewayMessage message);

  // Takes note of what the agent has said. One that answers an opening runs no
  // packet any more.
  void Hear(const agent::v1::AgentMessage& message);

  // The next message that may go to the agent now.
  std::optional<agent::v1::GatewayMessage> Next();

 private:
  absl::Status Cut(const agent::v1::PacketPart& part);
  void Begin(const agent::v1::PacketPart& part);
  void End();

  std::deque<agent::v1::GatewayMessage> waiting_;
  // The packet whose parts come; it stays when it is over, for those that come
  // too late.
  std::string packet_id_;
  std::string opening_id_;
  bool over_ = true;
  bool complete_ = false;  // its last part has come
  uint32_t sent_ = 0;      // of its commands
  uint32_t answered_ = 0;
};

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_PART_QUEUE_H_
