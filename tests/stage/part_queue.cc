#include "tests/stage/part_queue.h"

#include <utility>

#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"
#include "lib/card/script/script.h"

namespace cardferry::stage {

using agent::v1::AgentMessage;
using agent::v1::GatewayMessage;
using agent::v1::PacketPart;

absl::Status PartQueue::Cut(const PacketPart& part) {
  ASSIGN_OR_RETURN(const card::Script script,
                   card::DecodeScript(AsBytes(part.script())));
  for (size_t i = 0; i < script.size(); ++i) {
    GatewayMessage message;
    PacketPart& one = *message.mutable_packet_part();
    one = part;
    one.set_script(AsString(card::EncodeScript({script[i]})));
    one.set_last(part.last() && i + 1 == script.size());
    waiting_.push_back(std::move(message));
  }
  return absl::OkStatus();
}

absl::Status PartQueue::Take(GatewayMessage message) {
  if (message.has_packet_part()) return Cut(message.packet_part());
  waiting_.push_back(std::move(message));
  return absl::OkStatus();
}

void PartQueue::Hear(const AgentMessage& message) {
  if (message.has_progress() && message.progress().packet_id() == packet_id_) {
    answered_ = message.progress().done();
  }
  if (!message.has_packet_report()) return;
  // It has stopped: the rest of the packet is not for any card.
  const std::string& ended = message.packet_report().packet_id();
  while (!waiting_.empty() && waiting_.front().has_packet_part() &&
         waiting_.front().packet_part().packet_id() == ended) {
    waiting_.pop_front();
  }
}

std::optional<GatewayMessage> PartQueue::Next() {
  if (waiting_.empty()) return std::nullopt;
  if (waiting_.front().has_packet_part()) {
    const std::string& packet = waiting_.front().packet_part().packet_id();
    if (packet != packet_id_) {
      packet_id_ = packet;
      sent_ = 0;
      answered_ = 0;
    }
    if (answered_ < sent_) return std::nullopt;
    ++sent_;
  }
  GatewayMessage next = std::move(waiting_.front());
  waiting_.pop_front();
  return next;
}

}  // namespace cardferry::stage
