// Packets that are made before their cards come, over the whole service.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/orchestrator/orchestrator.h"
#include "services/orchestrator/testing/agent_fixture.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class PreparedLoadTest : public AgentFixture {
 protected:
  // A card that was there once and holds nothing, and a job for it that waits.
  std::string AddJobForKnownCard() {
    AddBrokerage();
    Introduce("kiosk-7");
    const std::string first = AddJobFor("kiosk-7", kReader).id();
    {
      FakeAgent agent(channel_, "kiosk-7");
      agent.Hello({kReader});
      agent.Answer(agent.ReadOpening(), "issuer/A");
      agent.Report(agent.ReadPart());
      agent.ReadVerdict();
    }
    EXPECT_EQ(GetJob(first).state(), v1::JOB_STATE_DONE);
    v1::AddJobRequest request;
    request.set_application("brokerage");
    request.set_card_id("issuer/A");
    v1::Job job;
    EXPECT_TRUE(AddJob(request, job).ok());
    return job.id();
  }

  grpc::Status Prepare(const std::string& id, v1::Job& job,
                       const std::string& agent = "kiosk-7",
                       uint32_t attempts = 2) {
    v1::PrepareJobRequest request;
    request.set_id(id);
    request.set_agent(agent);
    request.set_attempts(attempts);
    grpc::ClientContext context;
    return operators_->PrepareJob(&context, request, &job);
  }

  static void SayStored(FakeAgent& agent, const std::vector<std::string>& ids) {
    agent::v1::AgentMessage message;
    message.mutable_stored_packets();
    for (const std::string& id : ids) {
      message.mutable_stored_packets()->add_stored_ids(id);
    }
    agent.Send(message);
  }

  // The next message of this kind, past others; a default one at the end.
  static agent::v1::GatewayMessage ReadKind(
      FakeAgent& agent, agent::v1::GatewayMessage::KindCase kind) {
    while (auto message = agent.Read()) {
      if (message->kind_case() == kind) return *message;
    }
    return {};
  }
  static agent::v1::StorePacket ReadStored(FakeAgent& agent) {
    return ReadKind(agent, agent::v1::GatewayMessage::kStorePacket)
        .store_packet();
  }

  static agent::v1::PacketPart PartOf(const std::string& packet_id) {
    agent::v1::PacketPart part;
    part.set_packet_id(packet_id);
    return part;
  }
};

TEST_F(PreparedLoadTest, ThePacketIsLeftAtTheAgentAndItsReportEndsTheJob) {
  const std::string id = AddJobForKnownCard();
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  ReadKind(agent, agent::v1::GatewayMessage::kOpening);
  v1::Job job;
  ASSERT_TRUE(Prepare(id, job).ok());
  EXPECT_EQ(job.state(), v1::JOB_STATE_PREPARED);
  EXPECT_EQ(job.prepared().agent(), "kiosk-7");
  EXPECT_FALSE(job.prepared().stored());
  EXPECT_THAT(job.message(), HasSubstr("waits at agent kiosk-7"));

  const agent::v1::StorePacket packet = ReadStored(agent);
  EXPECT_EQ(packet.stored_id(), id);
  ASSERT_EQ(packet.attempts_size(), 2);
  EXPECT_EQ(packet.attempts(1).probe_script(), "probe");
  EXPECT_THAT(packet.attempts(1).scripts(), ElementsAre("script"));
  SayStored(agent, {id});
  agent.Report(PartOf(packet.attempts(1).packet_id()));
  EXPECT_TRUE(
      ReadKind(agent, agent::v1::GatewayMessage::kVerdict).verdict().ok());
  const v1::Job done = GetJob(id);
  EXPECT_EQ(done.state(), v1::JOB_STATE_DONE);
  EXPECT_FALSE(done.has_prepared());
  // No other attempt can have been run.
  agent.Report(PartOf(packet.attempts(0).packet_id()));
  ReadKind(agent, agent::v1::GatewayMessage::kVerdict);
  EXPECT_EQ(sequencer_.transcripts().size(), 2u);
}

TEST_F(PreparedLoadTest, AnAgentGetsItWhenItConnectsAndReportsLater) {
  const std::string id = AddJobForKnownCard();
  v1::Job job;
  ASSERT_TRUE(Prepare(id, job).ok());
  agent::v1::StorePacket packet;
  {
    FakeAgent agent(channel_, "kiosk-7");
    agent.Hello({kReader});
    packet = ReadStored(agent);
    SayStored(agent, {id});
    agent.HangUp();
  }
  StopServer();
  StartServer();
  EXPECT_TRUE(GetJob(id).prepared().stored());
  EXPECT_EQ(GetJob(id).state(), v1::JOB_STATE_PREPARED);
  clock_.Advance(absl::Hours(24 * 20));
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  agent.Report(PartOf(packet.attempts(0).packet_id()));
  ReadKind(agent, agent::v1::GatewayMessage::kVerdict);
  EXPECT_EQ(GetJob(id).state(), v1::JOB_STATE_DONE);
}

TEST_F(PreparedLoadTest, ACancelledOneWaitsUntilTheCounterHasMovedOn) {
  const std::string id = AddJobForKnownCard();
  v1::Job job;
  ASSERT_TRUE(Prepare(id, job).ok());
  v1::CancelJobRequest cancel;
  cancel.set_id(id);
  {
    grpc::ClientContext context;
    ASSERT_TRUE(operators_->CancelJob(&context, cancel, &job).ok());
  }
  EXPECT_EQ(job.state(), v1::JOB_STATE_WAITING);
  EXPECT_TRUE(job.cancel_requested());
  EXPECT_THAT(job.message(), HasSubstr("insert the card"));

  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  SayStored(agent, {id});
  EXPECT_THAT(ReadKind(agent, agent::v1::GatewayMessage::kForgetPackets)
                  .forget_packets()
                  .stored_ids(),
              ElementsAre(id));
  sequencer_.SetCommands(2, 0);
  sequencer_.SetLivePackets(1);
  // It may have gone past already: openings come by themselves.
  FakeAgent other(channel_, "kiosk-8");
  other.Hello({kReader});
  agent::v1::Opening opening = other.ReadOpening();
  EXPECT_TRUE(opening.run_challenge());
  other.Answer(opening, "issuer/A");
  other.Report(other.ReadPart());
  other.ReadVerdict();
  EXPECT_EQ(GetJob(id).state(), v1::JOB_STATE_WAITING);
  EXPECT_TRUE(sequencer_.preparations().back().desired.packages.empty());
  sequencer_.SetLivePackets(0);
  opening = other.ReadOpening();
  other.Answer(opening, "issuer/A");
  other.Report(other.ReadPart());
  other.ReadVerdict();
  EXPECT_EQ(GetJob(id).state(), v1::JOB_STATE_CANCELLED);
}

TEST_F(PreparedLoadTest, ASessionThatLeavesThePacketBehindPutsTheJobBack) {
  const std::string id = AddJobForKnownCard();
  v1::Job job;
  ASSERT_TRUE(Prepare(id, job).ok());
  const std::string other = AddJobFor("kiosk-7", kReader).id();
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  agent.Answer(ReadKind(agent, agent::v1::GatewayMessage::kOpening).opening(),
               "issuer/A");
  const agent::v1::PacketPart part =
      ReadKind(agent, agent::v1::GatewayMessage::kPacketPart).packet_part();
  EXPECT_EQ(GetJob(id).state(), v1::JOB_STATE_WAITING);
  EXPECT_FALSE(GetJob(id).has_prepared());
  agent.Report(part);
  ReadKind(agent, agent::v1::GatewayMessage::kVerdict);
  EXPECT_EQ(GetJob(other).state(), v1::JOB_STATE_DONE);
}

TEST_F(PreparedLoadTest, OnlyForOneKnownCardAndOneKnownAgent) {
  const std::string id = AddJobForKnownCard();
  v1::Job job;
  EXPECT_EQ(Prepare("99", job).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Prepare(id, job, "nobody").error_code(),
            grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(Prepare(id, job, "kiosk-7", 9).error_code(),
            grpc::StatusCode::INVALID_ARGUMENT);
  const std::string anybody = AddJobFor("kiosk-7", kReader).id();
  EXPECT_EQ(Prepare(anybody, job).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  sequencer_.FailPrepare(absl::FailedPreconditionError("random challenges"));
  const grpc::Status refused = Prepare(id, job);
  EXPECT_EQ(refused.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(refused.error_message(), HasSubstr("random challenges"));
  EXPECT_EQ(GetJob(id).state(), v1::JOB_STATE_WAITING);
  ASSERT_TRUE(Prepare(id, job).ok());
  EXPECT_EQ(Prepare(id, job).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
}

}  // namespace
}  // namespace cardferry::orchestrator
