#include "tests/stage/part_queue.h"

#include <algorithm>
#include <utility>

#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"
#include "lib/card/script/script.h"

namespace cardferry::stage {

using agent::v1::AgentMessage;
using agent::v1::GatewayMessage;
using agent::v1::PacketPart;

// The rest of an earlier packet is not for any card.
void PartQueue::Begin(const PacketPart& part) {
  End();
  packet_id_ = part.packet_id();
  opening_id_ = part.opening_id();
  over_ = false;
  complete_ = false;
  sent_ = 0;
  answered_ = 0;
}

void PartQueue::End() {
  over_ = true;
  const auto is_part = [](const GatewayMessage& one) {
    return one.has_packet_part();
  };
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), is_part),
                 waiting_.end());
}

absl::Status PartQueue::Cut(const PacketPart& part) {
  if (part.packet_id() != packet_id_) Begin(part);
  if (over_) return absl::OkStatus();
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
  complete_ = part.last();
  return absl::OkStatus();
}

absl::Status PartQueue::Take(GatewayMessage message) {
  if (message.has_packet_part()) return Cut(message.packet_part());
  if (message.has_verdict() && !complete_ &&
      message.verdict().opening_id() == opening_id_) {
    End();
  }
  waiting_.push_back(std::move(message));
  return absl::OkStatus();
}

void PartQueue::Hear(const AgentMessage& message) {
  if (message.has_progress() && message.progress().packet_id() == packet_id_) {
    answered_ = message.progress().done();
  }
  const bool reported = message.has_packet_report() &&
                        message.packet_report().packet_id() == packet_id_;
  if (reported || message.has_opening_answer()) End();
}

std::optional<GatewayMessage> PartQueue::Next() {
  if (waiting_.empty()) return std::nullopt;
  if (waiting_.front().has_packet_part()) {
    if (answered_ < sent_) return std::nullopt;
    ++sent_;
  }
  GatewayMessage next = std::move(waiting_.front());
  waiting_.pop_front();
  return next;
}

}  // namespace cardferry::stage
