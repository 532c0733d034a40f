#include "tests/stage/part_queue.h"

#include <vector>

#include "gtest/gtest.h"
#include "lib/base/bytes.h"
#include "lib/base/status_matchers.h"
#include "lib/card/script/script.h"

namespace cardferry::stage {
namespace {

using agent::v1::AgentMessage;
using agent::v1::GatewayMessage;

card::Script Commands(const std::vector<uint8_t>& instructions) {
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

GatewayMessage Part(const std::string& packet,
                    const std::vector<uint8_t>& instructions, bool last) {
  GatewayMessage message;
  agent::v1::PacketPart& part = *message.mutable_packet_part();
  part.set_packet_id(packet);
  part.set_opening_id("o");
  part.set_reader("r");
  part.set_script(AsString(card::EncodeScript(Commands(instructions))));
  part.set_last(last);
  part.set_total_commands(3);
  return message;
}

GatewayMessage Verdict() {
  GatewayMessage message;
  message.mutable_verdict()->set_opening_id("o");
  return message;
}

AgentMessage Done(const std::string& packet, uint32_t commands) {
  AgentMessage message;
  message.mutable_progress()->set_packet_id(packet);
  message.mutable_progress()->set_done(commands);
  return message;
}

AgentMessage Report(const std::string& packet) {
  AgentMessage message;
  message.mutable_packet_report()->set_packet_id(packet);
  return message;
}

// The message that goes now, or nothing, in the form that comparing needs.
std::string Next(PartQueue& queue) {
  const auto message = queue.Next();
  return message ? message->DebugString() : "";
}

TEST(PartQueueTest, SendsACommandOnlyWhenTheOneBeforeItWasAnswered) {
  PartQueue queue;
  ASSERT_OK(queue.Take(Part("p", {0x01, 0x02}, false)));
  ASSERT_OK(queue.Take(Part("p", {0x03}, true)));
  EXPECT_EQ(Next(queue), Part("p", {0x01}, false).DebugString());
  EXPECT_EQ(Next(queue), "");
  queue.Hear(Done("p", 1));
  EXPECT_EQ(Next(queue), Part("p", {0x02}, false).DebugString());
  EXPECT_EQ(Next(queue), "");
  queue.Hear(Done("another", 2));
  EXPECT_EQ(Next(queue), "");
  queue.Hear(Done("p", 2));
  EXPECT_EQ(Next(queue), Part("p", {0x03}, true).DebugString());
  queue.Hear(Done("p", 3));
  EXPECT_EQ(Next(queue), "");
}

TEST(PartQueueTest, SaysThatACommandIsTheLastOfThePacketOnlyOnce) {
  PartQueue queue;
  ASSERT_OK(queue.Take(Part("p", {0x01, 0x02}, true)));
  EXPECT_EQ(Next(queue), Part("p", {0x01}, false).DebugString());
  queue.Hear(Done("p", 1));
  EXPECT_EQ(Next(queue), Part("p", {0x02}, true).DebugString());
}

TEST(PartQueueTest, PassesOtherMessagesOnAtOnceAndInOrder) {
  PartQueue queue;
  ASSERT_OK(queue.Take(Verdict()));
  EXPECT_EQ(Next(queue), Verdict().DebugString());
  ASSERT_OK(queue.Take(Part("p", {0x01, 0x02}, true)));
  ASSERT_OK(queue.Take(Verdict()));
  EXPECT_EQ(Next(queue), Part("p", {0x01}, false).DebugString());
  EXPECT_EQ(Next(queue), "");
  queue.Hear(Done("p", 1));
  EXPECT_EQ(Next(queue), Part("p", {0x02}, true).DebugString());
  EXPECT_EQ(Next(queue), Verdict().DebugString());
}

TEST(PartQueueTest, DropsTheRestOfAPacketThatTheAgentHasReported) {
  PartQueue queue;
  ASSERT_OK(queue.Take(Part("p", {0x01, 0x02, 0x03}, true)));
  ASSERT_OK(queue.Take(Verdict()));
  EXPECT_EQ(Next(queue), Part("p", {0x01}, false).DebugString());
  queue.Hear(Report("p"));
  EXPECT_EQ(Next(queue), Verdict().DebugString());
}

TEST(PartQueueTest, CountsEachPacketAnew) {
  PartQueue queue;
  ASSERT_OK(queue.Take(Part("p", {0x01}, true)));
  EXPECT_EQ(Next(queue), Part("p", {0x01}, true).DebugString());
  queue.Hear(Report("p"));
  ASSERT_OK(queue.Take(Part("q", {0x02, 0x03}, true)));
  EXPECT_EQ(Next(queue), Part("q", {0x02}, false).DebugString());
  EXPECT_EQ(Next(queue), "");
}

TEST(PartQueueTest, RefusesAPartWhoseScriptCannotBeRead) {
  PartQueue queue;
  GatewayMessage part = Part("p", {0x01}, true);
  part.mutable_packet_part()->set_script("E0");
  EXPECT_EQ(queue.Take(part).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Next(queue), "");
}

}  // namespace
}  // namespace cardferry::stage
