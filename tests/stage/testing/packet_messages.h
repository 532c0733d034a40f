#ifndef CARDFERRY_TESTS_STAGE_TESTING_PACKET_MESSAGES_H_
#define CARDFERRY_TESTS_STAGE_TESTING_PACKET_MESSAGES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/card/script/script.h"
#include "proto/cardferry/agent/v1/agent.pb.h"

// What gateway and agent say of a packet, for the opening "o" at reader "r".
namespace cardferry::stage {

// Commands without data that want 9000.
inline card::Script Commands(const std::vector<uint8_t>& instructions) {
  card::Script script;
  for (const uint8_t instruction : instructions) {
    const Bytes apdu = {0x80, instruction, 0x00, 0x00};
    script.push_back({card::CommandApdu::Parse(apdu).value(),
                      {{0x9000}},
                      card::AnyData{},
                      card::OnMismatch::kStop,
                      "a label"});
  }
  return script;
}

inline agent::v1::GatewayMessage Part(const std::string& packet,
                                      const std::vector<uint8_t>& instructions,
                                      bool last) {
  agent::v1::GatewayMessage message;
  agent::v1::PacketPart& part = *message.mutable_packet_part();
  part.set_packet_id(packet);
  part.set_opening_id("o");
  part.set_reader("r");
  part.set_script(AsString(card::EncodeScript(Commands(instructions))));
  part.set_last(last);
  part.set_total_commands(3);
  return message;
}

inline agent::v1::GatewayMessage Verdict() {
  agent::v1::GatewayMessage message;
  message.mutable_verdict()->set_opening_id("o");
  return message;
}

inline agent::v1::AgentMessage Done(const std::string& packet,
                                    uint32_t commands) {
  agent::v1::AgentMessage message;
  message.mutable_progress()->set_packet_id(packet);
  message.mutable_progress()->set_done(commands);
  return message;
}

inline agent::v1::AgentMessage Report(const std::string& packet) {
  agent::v1::AgentMessage message;
  message.mutable_packet_report()->set_packet_id(packet);
  return message;
}

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_TESTING_PACKET_MESSAGES_H_
