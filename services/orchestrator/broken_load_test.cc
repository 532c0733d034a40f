// Agents that come, go, are let in and shut out, over the whole service.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/orchestrator/orchestrator.h"
#include "services/orchestrator/testing/agent_fixture.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::HasSubstr;

class BrokenLoadTest : public AgentFixture {};

TEST_F(BrokenLoadTest, AReportThatComesAfterAReconnectIsTakenOnce) {
  AddBrokerage();
  Introduce("kiosk-7");
  const std::string job = AddJobFor("kiosk-7", kReader).id();
  agent::v1::PacketPart part;
  {
    FakeAgent agent(channel_, "kiosk-7");
    agent.Hello({kReader});
    agent.Answer(agent.ReadOpening(), "issuer/A");
    part = agent.ReadPart();
    agent.HangUp();
  }
  StopServer();  // and all of its memory
  EXPECT_EQ(sequencer_.transcripts().size(), 0u);
  StartServer();
  EXPECT_EQ(GetJob(job).state(), v1::JOB_STATE_WAITING);
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  agent.Report(part);
  agent.Report(part);
  int verdicts = 0;
  for (int messages = 0; messages < 3; ++messages) {
    const auto message = agent.Read();
    ASSERT_TRUE(message.has_value());
    if (!message->has_verdict()) continue;
    ++verdicts;
    EXPECT_TRUE(message->verdict().ok());
    EXPECT_EQ(message->verdict().packet_id(), part.packet_id());
  }
  EXPECT_EQ(verdicts, 2);
  EXPECT_EQ(sequencer_.transcripts().size(), 1u);
  EXPECT_EQ(GetJob(job).state(), v1::JOB_STATE_DONE);
}

// The agent was killed in the middle of its packet: what it reports when it is
// back is cut short, and the card is read again.
TEST_F(BrokenLoadTest, AnInterruptedPacketIsFollowedByAnotherRound) {
  AddBrokerage();
  Introduce("kiosk-7");
  const std::string job = AddJobFor("kiosk-7", kReader).id();
  agent::v1::PacketPart part;
  {
    FakeAgent agent(channel_, "kiosk-7");
    agent.Hello({kReader});
    agent.Answer(agent.ReadOpening(), "issuer/A");
    part = agent.ReadPart();
    agent.HangUp();
  }
  ASSERT_TRUE(AwaitEvent("packet.lost"));
  sequencer_.ConcludeWith(
      FakeSequencer::Ended(Outcome::kUnknown, "the answers end at LOAD 3"));
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  const agent::v1::Opening opening = agent.ReadOpening();
  EXPECT_TRUE(opening.run_challenge());
  agent.Report(part);
  const agent::v1::Verdict verdict = agent.ReadVerdict();
  EXPECT_FALSE(verdict.ok());
  EXPECT_THAT(verdict.message(), HasSubstr("the job goes on"));
  EXPECT_EQ(GetJob(job).state(), v1::JOB_STATE_WAITING);
  agent.Answer(opening, "issuer/A");
  agent.Report(agent.ReadPart());
  EXPECT_TRUE(agent.ReadVerdict().ok());
  EXPECT_EQ(GetJob(job).state(), v1::JOB_STATE_DONE);
}

TEST_F(BrokenLoadTest, ARestartInTheMiddleOfALoadIsFollowedByAnotherRound) {
  AddBrokerage();
  Introduce("kiosk-7");
  const std::string job = AddJobFor("kiosk-7", kReader).id();
  agent::v1::PacketPart part;
  {
    FakeAgent agent(channel_, "kiosk-7");
    agent.Hello({kReader});
    agent.Answer(agent.ReadOpening(), "issuer/A");
    part = agent.ReadPart();
    StopServer();
  }
  StartServer();
  EXPECT_EQ(GetJob(job).state(), v1::JOB_STATE_WAITING);
  // The card is put in elsewhere.
  FakeAgent other(channel_, "kiosk-8");
  other.Hello({kReader});
  other.Answer(other.ReadOpening(), "issuer/A");
  other.Report(other.ReadPart());
  EXPECT_TRUE(other.ReadVerdict().ok());
  EXPECT_EQ(GetJob(job).state(), v1::JOB_STATE_DONE);
  // What is left of the first packet changes nothing any more.
  FakeAgent late(channel_, "kiosk-7");
  late.Hello({kReader});
  late.ReadOpening();
  late.Report(part);
  const agent::v1::Verdict verdict = late.ReadVerdict();
  EXPECT_EQ(verdict.packet_id(), part.packet_id());
  EXPECT_EQ(verdict.message(),
            "The report came too late; the card is read again.");
  EXPECT_EQ(GetJob(job).state(), v1::JOB_STATE_DONE);
}

TEST_F(BrokenLoadTest, AReaderInTroubleIsAnEvent) {
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  agent.ReadOpening();
  agent::v1::AgentMessage message;
  message.mutable_reader_changed()->set_reader(kReader);
  message.mutable_reader_changed()->set_trouble("It has no power.");
  agent.Send(message);
  agent.Send(message);
  message.mutable_reader_changed()->clear_trouble();
  agent.Send(message);
  ASSERT_TRUE(AwaitEvent("reader.works"));
  std::vector<std::string> texts;
  for (const v1::Event& event : Events()) {
    if (event.kind() == "reader.trouble") texts.push_back(event.text());
  }
  EXPECT_EQ(texts, std::vector<std::string>{"Reader 0: It has no power."});
}

TEST_F(BrokenLoadTest, RevokingAnAgentEndsItsStreamAtOnce) {
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  const agent::v1::Opening opening = agent.ReadOpening();
  grpc::ClientContext context;
  v1::RevokeAgentRequest request;
  request.set_name("kiosk-7");
  v1::Agent revoked;
  ASSERT_TRUE(operators_->RevokeAgent(&context, request, &revoked).ok());
  EXPECT_TRUE(revoked.revoked());
  EXPECT_EQ(agent.AwaitEnd().error_code(), grpc::StatusCode::PERMISSION_DENIED);
  FakeAgent again(channel_, "kiosk-7");
  again.Hello({kReader});
  const grpc::Status status = again.AwaitEnd();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::PERMISSION_DENIED);
  EXPECT_THAT(status.error_message(), HasSubstr("cardferry agent add kiosk-7"));
}

class AddedAgentsOnlyTest : public BrokenLoadTest {
 protected:
  AddedAgentsOnlyTest() {
    StopServer();
    admit_unlisted_agents_ = false;
    StartServer();
  }
};

TEST_F(AddedAgentsOnlyTest, AnAgentIsServedOnceItIsAdded) {
  {
    FakeAgent agent(channel_, "kiosk-7");
    agent.Hello({kReader});
    EXPECT_EQ(agent.AwaitEnd().error_code(),
              grpc::StatusCode::PERMISSION_DENIED);
  }
  grpc::ClientContext context;
  v1::AddAgentRequest request;
  request.set_name("kiosk-7");
  v1::Agent added;
  ASSERT_TRUE(operators_->AddAgent(&context, request, &added).ok());
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  EXPECT_EQ(agent.ReadOpening().reader(), kReader);
}

}  // namespace
}  // namespace cardferry::orchestrator
