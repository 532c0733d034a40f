#include "services/orchestrator/orchestrator.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/testing/agent_fixture.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class OrchestratorTest : public AgentFixture {};

TEST_F(OrchestratorTest, LoadsTheCardThatIsInsertedAfterTheJobCame) {
  AddBrokerage();
  Introduce("kiosk-7");
  const v1::Job added = AddJobFor("kiosk-7", kReader);
  EXPECT_EQ(added.state(), v1::JOB_STATE_WAITING);

  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  const agent::v1::Opening opening = agent.ReadOpening();
  EXPECT_EQ(opening.reader(), kReader);
  EXPECT_EQ(opening.identify_script(), "identify");
  EXPECT_EQ(opening.challenge_script(), "challenge");
  EXPECT_TRUE(opening.run_challenge());
  EXPECT_EQ(opening.expires_at_us(), 1'800'000'300'000'000);

  agent.Answer(opening, "issuer/A");
  const agent::v1::PacketPart part = agent.ReadPart();
  EXPECT_EQ(part.opening_id(), opening.opening_id());
  EXPECT_EQ(part.reader(), kReader);
  EXPECT_EQ(part.script(), "script");
  EXPECT_TRUE(part.last());
  EXPECT_EQ(part.total_commands(), 3u);

  agent.Report(part);
  const agent::v1::Verdict verdict = agent.ReadVerdict();
  EXPECT_TRUE(verdict.ok());
  EXPECT_EQ(verdict.message(), "The card holds brokerage.");
  EXPECT_EQ(verdict.opening_id(), opening.opening_id());
  EXPECT_EQ(verdict.packet_id(), part.packet_id());
  EXPECT_FALSE(agent.ReadOpening().run_challenge());

  const v1::Job job = GetJob(added.id());
  EXPECT_EQ(job.state(), v1::JOB_STATE_DONE);
  EXPECT_EQ(job.card_id(), "issuer/A");
  EXPECT_EQ(job.measurements().round_trips(), 1u);
  EXPECT_EQ(job.measurements().apdus(), 12u);
  EXPECT_EQ(job.changes(), 2u);
  ASSERT_THAT(job.facts(), SizeIs(1));
  EXPECT_FALSE(job.facts(0).proven());
}

TEST_F(OrchestratorTest, GivesTheSequencerWhatTheJobAndTheRecordSay) {
  AddBrokerage();
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  agent.ReadOpening();
  for (int round = 0; round < 2; ++round) {
    AddJobFor("kiosk-7", "");
    agent::v1::GatewayMessage message = *agent.Read();
    agent::v1::Opening opening;
    opening.set_reader(kReader);
    opening.set_opening_id(message.run_challenge().opening_id());
    agent.Answer(opening, "issuer/A");
    agent.Report(agent.ReadPart());
    EXPECT_TRUE(agent.ReadVerdict().ok());
    agent.ReadOpening();
  }
  const std::vector<Preparation> asked = sequencer_.preparations();
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_EQ(asked[0].at, (ReaderAddress{"kiosk-7", kReader}));
  EXPECT_EQ(AsString(asked[0].ticket), "ticket");
  EXPECT_EQ(AsString(asked[0].answer.identify), "identified");
  EXPECT_EQ(AsString(asked[0].answer.challenge), "issuer/A");
  ASSERT_THAT(asked[0].desired.packages, SizeIs(1));
  const DesiredPackage& package = asked[0].desired.packages[0];
  EXPECT_EQ(AsString(package.content_hash), "CAP");
  EXPECT_EQ(AsString(package.install_parameters), "4711-0815");
  EXPECT_EQ(asked[0].card_id, "issuer/A");
  EXPECT_TRUE(asked[0].card_record.empty());
  EXPECT_EQ(AsString(asked[1].card_record), "record");
}

TEST_F(OrchestratorTest, AJobForACardThatLiesThereAsksForItsChallenge) {
  AddBrokerage();
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  const agent::v1::Opening first = agent.ReadOpening();
  EXPECT_FALSE(first.run_challenge());
  agent.Answer(first, "");  // identified only
  EXPECT_TRUE(agent.ReadVerdict().ok());
  const agent::v1::Opening second = agent.ReadOpening();
  EXPECT_FALSE(second.run_challenge());

  AddJobFor("kiosk-7", kReader);
  const auto message = agent.Read();
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->run_challenge().opening_id(), second.opening_id());
  agent.Answer(second, "issuer/A");
  EXPECT_EQ(agent.ReadPart().opening_id(), second.opening_id());
}

TEST_F(OrchestratorTest, DoesNotStartWithAnotherKeyThanItsJobsWereSealedWith) {
  AddBrokerage();
  Introduce("kiosk-7");
  const std::string job = AddJobFor("kiosk-7", kReader).id();
  StopServer();
  const crypto::SealedBox other =
      crypto::SealedBox::Create(SecretBytes::CopyOf(Bytes(32, 0x43)), random_)
          .value();
  Orchestrator::Parts parts{db_.database(), sequencer_, clock_, random_, other};
  EXPECT_THAT(Orchestrator::Create(parts).status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("data_key_file")));
  StartServer();
  EXPECT_EQ(GetJob(job).state(), v1::JOB_STATE_WAITING);
  StopServer();
  parts.give_up_unreadable_jobs = true;
  EXPECT_OK(Orchestrator::Create(parts).status());
  StartServer();
  EXPECT_EQ(GetJob(job).state(), v1::JOB_STATE_FAILED);
}

TEST_F(OrchestratorTest, ACancelledJobNeverReachesACard) {
  AddBrokerage();
  Introduce("kiosk-7");
  const std::string job = AddJobFor("kiosk-7", kReader).id();
  const auto cancel = [&] {
    grpc::ClientContext context;
    v1::CancelJobRequest request;
    request.set_id(job);
    v1::Job cancelled;
    return operators_->CancelJob(&context, request, &cancelled);
  };
  EXPECT_TRUE(cancel().ok());
  EXPECT_EQ(cancel().error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  const agent::v1::Opening opening = agent.ReadOpening();
  EXPECT_FALSE(opening.run_challenge());
  agent.Answer(opening, "issuer/A");
  EXPECT_TRUE(agent.ReadVerdict().ok());
  EXPECT_THAT(sequencer_.preparations(), SizeIs(0));
  grpc::Status status;
  const std::vector<v1::Job> seen = WatchToTheEnd(job, status);
  ASSERT_THAT(seen, SizeIs(1));
  EXPECT_EQ(seen[0].state(), v1::JOB_STATE_CANCELLED);
}

TEST_F(OrchestratorTest, EveryStepOfALoadIsAnEventForThoseWhoWatch) {
  grpc::ClientContext context;
  const auto watch = operators_->WatchEvents(&context, v1::ListEventsRequest());
  watch->WaitForInitialMetadata();
  AddBrokerage();
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  const agent::v1::Opening opening = agent.ReadOpening();
  AddJobFor("kiosk-7", kReader);
  agent.Read();  // the challenge
  agent.Answer(opening, "issuer/A");
  agent.Report(agent.ReadPart());
  agent.ReadVerdict();
  std::vector<std::string> kinds;
  v1::Event event;
  while (event.kind() != "job.done" && watch->Read(&event)) {
    // That one is written aside: its place is not certain.
    if (event.kind() != "agent.connected") kinds.push_back(event.kind());
  }
  EXPECT_THAT(kinds,
              ElementsAre("application.added", "job.added", "opening.consumed",
                          "job.preparing", "job.running", "packet.sent",
                          "packet.reported", "card.recorded", "job.done"));
  context.TryCancel();
}

TEST_F(OrchestratorTest, WatchingShowsTheJobUntilItIsDone) {
  AddBrokerage();
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  agent.ReadOpening();
  const std::string job = AddJobFor("kiosk-7", kReader).id();
  grpc::ClientContext context;
  v1::WatchJobRequest request;
  request.set_id(job);
  const auto watch = operators_->WatchJob(&context, request);
  v1::Job seen;
  ASSERT_TRUE(watch->Read(&seen));
  EXPECT_EQ(seen.id(), job);

  agent::v1::Opening opening;
  opening.set_reader(kReader);
  opening.set_opening_id(agent.Read()->run_challenge().opening_id());
  agent.Answer(opening, "issuer/A");
  const agent::v1::PacketPart part = agent.ReadPart();
  agent.Progress(part, 2);
  while (seen.label() != "LOAD") {
    ASSERT_TRUE(watch->Read(&seen));
  }
  EXPECT_EQ(seen.commands_done(), 2u);
  EXPECT_EQ(seen.commands_total(), 3u);
  agent.Report(part);
  while (watch->Read(&seen)) {
  }
  EXPECT_TRUE(watch->Finish().ok());
  EXPECT_EQ(seen.state(), v1::JOB_STATE_DONE);
}

TEST_F(OrchestratorTest, WatchingAJobThatIsNotThereSaysSo) {
  grpc::Status status;
  EXPECT_THAT(WatchToTheEnd("77", status), SizeIs(0));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "there is no job \"77\"");
}

TEST_F(OrchestratorTest, AWrongCryptogramStopsTheCardAtThatAgent) {
  AddBrokerage();
  Introduce("kiosk-7");
  const std::string job = AddJobFor("kiosk-7", kReader).id();
  sequencer_.FailPrepare(absl::DataLossError("cryptogram"));
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  agent.Answer(agent.ReadOpening(), "issuer/A");
  const agent::v1::Verdict verdict = agent.ReadVerdict();
  EXPECT_FALSE(verdict.ok());
  EXPECT_THAT(verdict.message(), HasSubstr("Nothing was sent to it"));
  EXPECT_EQ(GetJob(job).state(), v1::JOB_STATE_FAILED);
  EXPECT_TRUE(HasEvent("card.stopped"));

  const agent::v1::Opening next = agent.ReadOpening();
  const std::string second = AddJobFor("kiosk-7", kReader).id();
  EXPECT_EQ(agent.Read()->run_challenge().opening_id(), next.opening_id());
  agent.Answer(next, "issuer/A");
  EXPECT_FALSE(agent.ReadVerdict().ok());
  EXPECT_EQ(GetJob(second).state(), v1::JOB_STATE_FAILED);
  EXPECT_THAT(sequencer_.preparations(), SizeIs(1));
}

TEST_F(OrchestratorTest, AStoppedCardIsListedAndWorkOnItCanGoOn) {
  AddBrokerage();
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  agent::v1::Opening opening = agent.ReadOpening();
  AddJobFor("kiosk-7", kReader);
  agent.Read();  // the challenge
  sequencer_.FailPrepare(absl::DataLossError("cryptogram"));
  agent.Answer(opening, "issuer/A");
  EXPECT_FALSE(agent.ReadVerdict().ok());
  agent.ReadOpening();
  grpc::ClientContext context;
  v1::ResumeCardRequest request;
  request.set_id("issuer/A");
  v1::Card card;
  ASSERT_TRUE(operators_->ResumeCard(&context, request, &card).ok());
  EXPECT_FALSE(card.stopped());
  const std::string job = AddJobFor("kiosk-7", kReader).id();
  const auto message = agent.Read();
  ASSERT_TRUE(message.has_value());
  opening.set_opening_id(message->run_challenge().opening_id());
  agent.Answer(opening, "issuer/A");
  agent.Report(agent.ReadPart());
  EXPECT_TRUE(agent.ReadVerdict().ok());
  EXPECT_EQ(GetJob(job).state(), v1::JOB_STATE_DONE);
}

TEST_F(OrchestratorTest, PersonalDataIsInNoEventAndNoAnswer) {
  AddBrokerage();
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  agent.ReadOpening();
  const v1::Job job = AddJobFor("kiosk-7", kReader);
  EXPECT_EQ(job.DebugString().find("4711"), std::string::npos);
  for (const v1::Event& event : Events()) {
    EXPECT_EQ(event.DebugString().find("4711"), std::string::npos);
  }
}

TEST_F(OrchestratorTest, StoppingTellsAgentsAndOnlookers) {
  AddBrokerage();
  FakeAgent agent(channel_, "kiosk-7");
  agent.Hello({kReader});
  agent.ReadOpening();
  const std::string job = AddJobFor("kiosk-7", "other").id();
  grpc::ClientContext context;
  v1::WatchJobRequest request;
  request.set_id(job);
  const auto watch = operators_->WatchJob(&context, request);
  v1::Job seen;
  ASSERT_TRUE(watch->Read(&seen));
  whole_->Drain();
  EXPECT_FALSE(watch->Read(&seen));
  EXPECT_EQ(watch->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(agent.HangUp().error_code(), grpc::StatusCode::UNAVAILABLE);
  FakeAgent late(channel_, "kiosk-8");
  EXPECT_EQ(late.HangUp().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace cardferry::orchestrator
