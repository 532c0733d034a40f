#include "services/orchestrator/gateway/gateway_stream.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/orchestrator/gateway/testing/fake_agent.h"
#include "services/orchestrator/session/reader_machine.h"
#include "services/orchestrator/testing/whole_fixture.h"

namespace cardferry::orchestrator {
namespace {

using grpc::StatusCode;

class GatewayStreamTest : public WholeFixture {
 protected:
  static agent::v1::AgentMessage Oversized() {
    agent::v1::AgentMessage message;
    message.mutable_packet_report()->set_packet_id("p");
    message.mutable_packet_report()->set_transcript(
        std::string((1 << 20) + 1, 'x'));
    return message;
  }
};

TEST_F(GatewayStreamTest, WhatCannotBeReadIsRecordedAndInTheEndCloses) {
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({});
  for (int i = 0; i < kMaxRefusals; ++i) {
    agent.Send(i % 2 == 0 ? Oversized() : agent::v1::AgentMessage());
  }
  EXPECT_FALSE(agent.Read().has_value());
  EXPECT_EQ(agent.HangUp().error_code(), StatusCode::PERMISSION_DENIED);
  EXPECT_TRUE(AwaitEvent("message.unreadable"));
}

TEST_F(GatewayStreamTest, ASecondConnectionTakesOver) {
  FakeAgent first(channel_, "kiosk-7");
  first.Hello({"Reader 0"});
  first.ReadOpening();
  FakeAgent second(channel_, "kiosk-7");
  second.Hello({"Reader 0"});
  EXPECT_EQ(first.HangUp().error_code(), StatusCode::ABORTED);
  EXPECT_EQ(second.ReadOpening().reader(), "Reader 0");
}

TEST_F(GatewayStreamTest, AnAgentThatDoesNotReadCannotStayWhenItIsToGo) {
  FakeAgent deaf(channel_, "kiosk-7", std::chrono::minutes(1));
  deaf.Hello({"Reader 0"});
  const agent::v1::Opening opening = deaf.ReadOpening();
  deaf.Answer(opening, "issuer/A");
  deaf.Answer(opening, "issuer/B");
  // The verdict on the first answer is being written by now.
  ASSERT_TRUE(AwaitEvent("opening.used_twice"));
  FakeAgent second(channel_, "kiosk-7");
  EXPECT_TRUE(AwaitEvent("agent.disconnected"));
}

TEST_F(GatewayStreamTest, AnOpeningOfAnotherAgentIsOfNoUse) {
  AddBrokerage();
  FakeAgent owner(channel_, "kiosk-7");
  owner.Hello({"Reader 0"});
  const agent::v1::Opening stolen = owner.ReadOpening();
  FakeAgent thief(channel_, "kiosk-8");
  thief.Hello({"Reader 0"});
  thief.ReadOpening();
  AddJobFor("kiosk-8", "Reader 0");
  EXPECT_TRUE(thief.Read()->has_run_challenge());
  thief.Answer(stolen, "issuer/A");
  EXPECT_FALSE(thief.ReadVerdict().ok());
  EXPECT_TRUE(HasEvent("opening.foreign"));
  EXPECT_TRUE(sequencer_.preparations().empty());
}

TEST_F(GatewayStreamTest, AnAgentThatFloodsTheGatewayIsLetGo) {
  AddBrokerage();
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({"Reader 0"});
  // Each answer costs the gateway a write to the database.
  const agent::v1::Opening opening = agent.ReadOpening();
  AddJobFor("kiosk-7", "Reader 1");
  for (int i = 0; i < 5000; ++i) agent.Answer(opening, "");
  const StatusCode end = agent.HangUp().error_code();
  EXPECT_EQ(end, StatusCode::RESOURCE_EXHAUSTED);
}

}  // namespace
}  // namespace cardferry::orchestrator
