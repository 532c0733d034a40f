#include "services/orchestrator/session/agent_session.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/orchestrator/repository/agent_repository.h"
#include "services/orchestrator/session/agent_hub.h"
#include "services/orchestrator/session/testing/session_fixture.h"
#include "services/orchestrator/work/testing/manual_executor.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;
using ::testing::SizeIs;

Bytes Text(absl::string_view text) {
  const ByteSpan span = AsBytes(text);
  return Bytes(span.begin(), span.end());
}

class AgentSessionTest : public SessionFixture {
 protected:
  AgentSessionTest() { Connect(); }
  // What waits holds its session, and the session what waits.
  ~AgentSessionTest() override { executor_.RunAll(); }

  void Connect() {
    link_ = std::make_shared<RecordingLink>();
    session_ = hub_.Connect("kiosk-7", link_);
    executor_.RunAll();
  }
  void Say(FromAgent message) {
    session_->OnMessage(std::move(message));
    executor_.RunAll();
  }
  void Hello(const std::vector<Reader>& readers) {
    Say(HelloMessage{"test", readers});
  }
  void Answer(const std::string& reader, const std::string& opening,
              const std::string& card) {
    Say(AnsweredMessage{
        reader, {opening, {Text("identified"), Text(card)}, clock_.Now()}});
  }
  PacketReport ReportOf(const std::string& packet) {
    PacketReport report;
    report.packet_id = packet;
    report.transcript = Text("answers");
    return report;
  }

  ManualExecutor executor_;
  AgentHub hub_{context_, executor_};
  std::shared_ptr<RecordingLink> link_;
  std::shared_ptr<AgentSession> session_;
};

TEST_F(AgentSessionTest, GivesEachReaderItsOpening) {
  Hello({{"Reader 0", false}, {"Reader 1", true}});
  EXPECT_EQ(link_->Take(), "opening | opening");
  EXPECT_THAT(session_->readers(),
              ElementsAre(Reader{"Reader 0", false}, Reader{"Reader 1", true}));
  EXPECT_THAT(Events(), ElementsAre("agent.connected"));
}

TEST_F(AgentSessionTest, AReaderThatIsPluggedInLaterHasOneToo) {
  Hello({});
  EXPECT_EQ(link_->Take(), "");
  Say(ReaderChangedMessage{{"Reader 0", true}});
  EXPECT_EQ(link_->Take(), "opening");
  Say(ReaderChangedMessage{{"Reader 0", false}});
  EXPECT_EQ(link_->Take(), "");
  EXPECT_THAT(session_->readers(), ElementsAre(Reader{"Reader 0", false}));
}

TEST_F(AgentSessionTest, BringsAnswersAndReportsToTheirReaders) {
  const std::string job = AddJob({"kiosk-7", "Reader 1", ""});
  Hello({{"Reader 0", false}, {"Reader 1", true}});
  EXPECT_EQ(link_->Take(), "opening | opening!");
  Answer("Reader 1", link_->last_opening(), "issuer/A");
  EXPECT_EQ(link_->Take(), "part");
  Say(Progressed{link_->last_packet(), 1, 3, "LOAD"});
  Job shown = GetJob(job);
  board_.AddProgress(shown);
  EXPECT_EQ(shown.commands_done, 1u);
  Say(ReportOf(link_->last_packet()));
  EXPECT_EQ(link_->Take(), "ok: The card holds brokerage. | opening");
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
}

TEST_F(AgentSessionTest, TellsOnlyTheReadersThatAJobMayConcern) {
  Hello({{"Reader 0", false}, {"Reader 1", false}});
  link_->Take();
  AddJob({"kiosk-7", "Reader 1", ""});
  hub_.JobWaits({"kiosk-7", "Reader 1", ""}, {});
  executor_.RunAll();
  EXPECT_EQ(link_->Take(), "challenge");
  AddJob({"", "", "issuer/A"});
  hub_.JobWaits({"", "", "issuer/A"}, {"kiosk-7", "Reader 0"});
  executor_.RunAll();
  EXPECT_EQ(link_->Take(), "");  // Reader 1 asks already
  hub_.JobWaits({"", "", "issuer/A"}, {});
  executor_.RunAll();
  EXPECT_EQ(link_->Take(), "challenge");
  hub_.JobWaits({"kiosk-8", "", ""}, {});
  executor_.RunAll();
  EXPECT_EQ(link_->Take(), "");
}

TEST_F(AgentSessionTest, RefusesAndRecordsWhatAnAgentMayNotSay) {
  Say(ReaderChangedMessage{{"Reader 0", true}});
  Hello({{"Reader 0", true}});
  Hello({});
  Answer("Reader 9", "o1", "issuer/A");
  Say(Progressed{"p9", 1, 2, ""});
  Say(ReportOf("p9"));
  session_->OnUnreadable(absl::InvalidArgumentError("a message of no kind"));
  executor_.RunAll();
  EXPECT_THAT(Events(), ElementsAre("agent.out_of_turn", "agent.connected",
                                    "agent.out_of_turn", "reader.unknown",
                                    "progress.foreign", "report.unknown",
                                    "message.unreadable"));
  EXPECT_FALSE(link_->closed().has_value());
}

TEST_F(AgentSessionTest, ARefusedReportIsAnsweredSoThatTheAgentForgetsIt) {
  Hello({});
  Say(ReportOf("p9"));
  ASSERT_THAT(link_->sent(), SizeIs(1));
  const auto verdict = std::get<GiveVerdict>(link_->sent()[0]);
  EXPECT_EQ(verdict.packet_id, "p9");
  EXPECT_FALSE(verdict.ok);
}

TEST_F(AgentSessionTest, AnotherAgentsPacketIsNotKnown) {
  AddJob({"kiosk-7", "Reader 0", ""});
  Hello({{"Reader 0", true}});
  Answer("Reader 0", link_->last_opening(), "issuer/A");
  const std::string packet = link_->last_packet();
  const auto other_link = std::make_shared<RecordingLink>();
  const auto other = hub_.Connect("kiosk-8", other_link);
  other->OnMessage(HelloMessage{"test", {{"Reader 0", true}}});
  executor_.RunAll();
  other_link->Take();
  other->OnMessage(ReportOf(packet));
  executor_.RunAll();
  EXPECT_EQ(other_link->Take(), "no: This packet is not known.");
  EXPECT_THAT(Events(), Contains("report.unknown"));
  EXPECT_THAT(sequencer_.transcripts(), IsEmpty());
}

TEST_F(AgentSessionTest, TooManyLiesEndTheConnection) {
  Hello({});
  for (int i = 0; i < kMaxRefusals; ++i) {
    EXPECT_FALSE(link_->closed().has_value()) << i;
    Say(Progressed{"p9", 1, 2, ""});
  }
  ASSERT_TRUE(link_->closed().has_value());
  EXPECT_EQ(link_->closed()->code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(AgentSessionTest, MessagesFasterThanTheyCanBeDealtWithEndIt) {
  for (size_t i = 0; i <= AgentSession::kMaxWaiting; ++i) {
    EXPECT_FALSE(link_->closed().has_value()) << i;
    session_->OnMessage(Progressed{"p9", 1, 2, ""});
  }
  ASSERT_TRUE(link_->closed().has_value());
  EXPECT_EQ(link_->closed()->code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(AgentSessionTest, UnreadableMessagesThatComeTooFastEndItToo) {
  for (size_t i = 0; i <= AgentSession::kMaxWaiting; ++i) {
    EXPECT_FALSE(link_->closed().has_value()) << i;
    session_->OnUnreadable(absl::InvalidArgumentError("no kind"));
  }
  ASSERT_TRUE(link_->closed().has_value());
  EXPECT_EQ(link_->closed()->code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(AgentSessionTest, ManyJobsAtOnceEndNoConnection) {
  Hello({{"Reader 0", false}});
  AddJob({"", "", "issuer/A"});
  link_->Take();
  for (size_t i = 0; i < 4 * AgentSession::kMaxWaiting; ++i) {
    hub_.JobWaits({"", "", "issuer/A"}, {});
  }
  executor_.RunAll();
  EXPECT_FALSE(link_->closed().has_value());
  EXPECT_EQ(link_->Take(), "challenge");
}

TEST_F(AgentSessionTest, HasNoMoreReadersThanItMay) {
  Hello({});
  for (size_t i = 0; i <= AgentSession::kMaxReaders; ++i) {
    Say(ReaderChangedMessage{{absl::StrCat("Reader ", i), false}});
  }
  EXPECT_THAT(session_->readers(), SizeIs(AgentSession::kMaxReaders));
  EXPECT_THAT(Events(), Contains("reader.too_many"));
}

TEST_F(AgentSessionTest, ReadersAndCardsThatComeAndGoAreEvents) {
  Hello({{"Reader 0", true}});
  Say(ReaderChangedMessage{{"Reader 1", false}});
  Say(ReaderChangedMessage{{"Reader 1", true}});
  Say(ReaderChangedMessage{{"Reader 1", true}});
  Say(ReaderChangedMessage{{"Reader 0", false}});
  Say(ReaderChangedMessage{{"Reader 1", false}, true});
  EXPECT_THAT(Events(),
              ElementsAre("agent.connected", "reader.added", "card.inserted",
                          "card.removed", "reader.removed"));
}

TEST_F(AgentSessionTest, AReaderThatWasRemovedIsNotListedAndComesBackAnew) {
  Hello({{"Reader 0", true}});
  EXPECT_EQ(link_->Take(), "opening");
  Say(ReaderChangedMessage{{"Reader 0", false}, true});
  EXPECT_THAT(session_->readers(), IsEmpty());
  Answer("Reader 0", link_->last_opening(), "issuer/A");
  EXPECT_EQ(link_->Take(), "no: This reader is not known.");
  Say(ReaderChangedMessage{{"Reader 0", true}});
  EXPECT_EQ(link_->Take(), "opening");
  EXPECT_THAT(session_->readers(), ElementsAre(Reader{"Reader 0", true}));
}

TEST_F(AgentSessionTest, AReaderThatIsRemovedWhileItsPacketRunsLosesNothing) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Hello({{"Reader 0", true}});
  Answer("Reader 0", link_->last_opening(), "issuer/A");
  const std::string packet = link_->last_packet();
  link_->Take();
  Say(ReaderChangedMessage{{"Reader 0", false}, true});
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  Say(ReportOf(packet));
  EXPECT_EQ(link_->Take(), "ok: The card holds brokerage.");
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
  EXPECT_THAT(session_->readers(), IsEmpty());
}

TEST_F(AgentSessionTest, RemovedReadersMakeRoomForOthers) {
  Hello({});
  for (size_t i = 0; i <= AgentSession::kMaxReaders; ++i) {
    const Reader reader{absl::StrCat("Reader ", i), false};
    Say(ReaderChangedMessage{reader});
    Say(ReaderChangedMessage{reader, true});
  }
  EXPECT_THAT(Events(), Not(Contains("reader.too_many")));
}

TEST_F(AgentSessionTest, WhatWaitsHasALimitInBytesToo) {
  PacketReport report = ReportOf("p9");
  report.transcript.resize(1 << 20);
  for (int i = 0; i < 7; ++i) session_->OnMessage(report);
  EXPECT_FALSE(link_->closed().has_value());
  session_->OnMessage(report);
  ASSERT_TRUE(link_->closed().has_value());
  EXPECT_EQ(link_->closed()->code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(AgentSessionTest, WhatWasDealtWithDoesNotCountAnyMore) {
  Hello({});
  PacketReport report = ReportOf("p9");
  report.transcript.resize(1 << 20);
  for (int i = 0; i < 10; ++i) Say(report);
  EXPECT_FALSE(link_->closed().has_value());
}

class AdmissionTest : public AgentSessionTest {
 protected:
  AdmissionTest() { context_.admit_unlisted_agents = false; }
  // What the agent is told, after a Hello.
  absl::Status Try() {
    Connect();
    Hello({{"Reader 0", true}});
    return link_->closed().value_or(absl::OkStatus());
  }
  void Change(absl::Status (AgentRepository::*change)(const std::string&,
                                                      absl::Time)) {
    ASSERT_TRUE(db_.Do([&](store::Transaction& tx) {
                     AgentRepository agents(tx);
                     return (agents.*change)("kiosk-7", At());
                   })
                    .ok());
  }
};

TEST_F(AdmissionTest, AnAgentThatNobodyAddedIsTurnedAway) {
  const absl::Status told = Try();
  EXPECT_EQ(told.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(told.message(),
            "agent kiosk-7 was not added here; an operator lets it in: "
            "cardferry agent add kiosk-7");
  EXPECT_EQ(link_->Take(), "");
  EXPECT_THAT(hub_.Connected(), IsEmpty());
}

TEST_F(AdmissionTest, ARefusalIsAnEventOnceInAWhile) {
  for (int i = 0; i < 3; ++i) Try().IgnoreError();
  EXPECT_THAT(Events(), ElementsAre("agent.refused"));
  clock_.Advance(absl::Hours(1));
  Try().IgnoreError();
  EXPECT_THAT(Events(), SizeIs(2));
}

TEST_F(AdmissionTest, AnAddedAgentIsServedUntilItIsRevoked) {
  Change(&AgentRepository::Add);
  EXPECT_TRUE(Try().ok());
  EXPECT_EQ(link_->Take(), "opening");
  EXPECT_THAT(hub_.Connected(), ElementsAre(Key("kiosk-7")));
  Change(&AgentRepository::Revoke);
  hub_.Revoke("kiosk-7");
  ASSERT_TRUE(link_->closed().has_value());
  EXPECT_EQ(link_->closed()->code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(Try().message(),
            "agent kiosk-7 was revoked; an operator lets it in again: "
            "cardferry agent add kiosk-7");
  Change(&AgentRepository::Add);
  EXPECT_TRUE(Try().ok());
}

TEST_F(AdmissionTest, ARevokedAgentIsNotServedEvenWhereUnlistedOnesAre) {
  context_.admit_unlisted_agents = true;
  EXPECT_TRUE(Try().ok());
  Change(&AgentRepository::Revoke);
  EXPECT_EQ(Try().code(), absl::StatusCode::kPermissionDenied);
}

TEST_F(AdmissionTest, RevokingSomebodyWhoIsNotHereDoesNothing) {
  hub_.Revoke("kiosk-9");
  EXPECT_FALSE(link_->closed().has_value());
}

TEST_F(AgentSessionTest, ASecondConnectionEndsTheFirst) {
  Hello({{"Reader 0", true}});
  const std::shared_ptr<RecordingLink> first = link_;
  const std::shared_ptr<AgentSession> old = session_;
  Connect();
  ASSERT_TRUE(first->closed().has_value());
  EXPECT_EQ(first->closed()->code(), absl::StatusCode::kAborted);
  // The first one's end comes later, and is not the second one's.
  hub_.Disconnect(old);
  executor_.RunAll();
  EXPECT_THAT(hub_.Connected(), IsEmpty());  // it has not said Hello
  Hello({{"Reader 0", true}});
  EXPECT_EQ(link_->Take(), "opening");
  EXPECT_THAT(hub_.Connected(), ElementsAre(Key("kiosk-7")));
}

TEST_F(AgentSessionTest, ADisconnectEndsEverythingOfItsReaders) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Hello({{"Reader 0", true}});
  Answer("Reader 0", link_->last_opening(), "issuer/A");
  EXPECT_EQ(GetJob(job).state, JobState::kRunning);
  hub_.Disconnect(session_);
  executor_.RunAll();
  EXPECT_THAT(hub_.Connected(), IsEmpty());
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_THAT(Events(), Contains("agent.disconnected"));
  link_->Take();
  executor_.Advance(absl::Hours(1));
  EXPECT_EQ(link_->Take(), "");
}

TEST_F(AgentSessionTest, OpeningsAreRenewedByTheTimer) {
  Hello({{"Reader 0", false}});
  EXPECT_EQ(link_->Take(), "opening");
  executor_.Advance(absl::Seconds(269));
  EXPECT_EQ(link_->Take(), "");
  executor_.Advance(absl::Seconds(1));
  EXPECT_EQ(link_->Take(), "opening");
}

TEST_F(AgentSessionTest, AReportOfAReaderThatIsUnpluggedNowStillCounts) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Hello({{"Reader 0", true}});
  Answer("Reader 0", link_->last_opening(), "issuer/A");
  const std::string packet = link_->last_packet();
  hub_.Disconnect(session_);
  Connect();
  Hello({});
  Say(ReportOf(packet));
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
}

TEST_F(AgentSessionTest, StoppingEndsAllConnectionsAndTakesNoNewOnes) {
  hub_.CloseAll();
  ASSERT_TRUE(link_->closed().has_value());
  EXPECT_EQ(link_->closed()->code(), absl::StatusCode::kUnavailable);
  const auto late = std::make_shared<RecordingLink>();
  hub_.Connect("kiosk-8", late);
  ASSERT_TRUE(late->closed().has_value());
}

}  // namespace
}  // namespace cardferry::orchestrator
