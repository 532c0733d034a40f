#include "services/orchestrator/session/reader_session.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/session/testing/reader_fixture.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::SizeIs;
using ::testing::StartsWith;

class ReaderSessionTest : public ReaderFixture {};

TEST_F(ReaderSessionTest, BringsAJobFromItsCardToItsEnd) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  EXPECT_EQ(link_->Take(), "opening!");
  Answer(kCard);
  ASSERT_THAT(link_->sent(), SizeIs(1));
  const auto part = std::get<GivePacketPart>(link_->sent()[0]);
  EXPECT_EQ(part.opening_id, link_->last_opening());
  EXPECT_EQ(part.total_commands, 3u);
  EXPECT_TRUE(part.last);
  EXPECT_EQ(GetJob(job).state, JobState::kRunning);
  link_->Take();
  Report();
  EXPECT_EQ(link_->Take(), "ok: The card holds brokerage. | opening");
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
  EXPECT_THAT(sequencer_.transcripts(), ElementsAre(Text("answers")));
  EXPECT_THAT(Events(),
              ElementsAre("job.added", "opening.consumed", "job.preparing",
                          "job.running", "packet.sent", "packet.reported",
                          "card.recorded", "job.done"));
  EXPECT_EQ(ToHex(GetCard(kCard).content.packages[0].aid), "F000000001");
}

// It would let the card go, which waits for its next packet.
TEST_F(ReaderSessionTest, AVerdictSaidAgainEndsNoOpeningThatGoesOn) {
  AddJob({"kiosk-7", "Reader 0", ""});
  sequencer_.AskServer();
  sequencer_.ConcludeWith(FakeSequencer::GoesOn());
  Start();
  Answer(kCard);
  const std::string first = link_->last_packet();
  const std::string opening = link_->last_opening();
  Report();
  link_->Take();
  Report(first);
  const auto going_on = std::get<GiveVerdict>(link_->sent().back());
  EXPECT_EQ(going_on.packet_id, first);
  EXPECT_EQ(going_on.opening_id, "");
  Report();
  link_->Take();
  Report(first);
  EXPECT_EQ(std::get<GiveVerdict>(link_->sent().back()).opening_id, opening);
}

// A session whose packets depend on the card's answers.
TEST_F(ReaderSessionTest, ASessionGoesOnWhileTheCardIsHeld) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  sequencer_.AskServer();
  sequencer_.ConcludeWith(FakeSequencer::GoesOn());
  Start();
  Answer(kCard);
  const auto part = std::get<GivePacketPart>(link_->sent().back());
  EXPECT_TRUE(part.asks_server);
  link_->Take();
  Report();
  EXPECT_EQ(link_->Take(),
            "ok: The card has answered; its next packet is made. | part");
  EXPECT_EQ(session_->state().phase, Phase::kRunning);
  EXPECT_EQ(GetJob(job).state, JobState::kRunning);
  EXPECT_THAT(sequencer_.continuations(), ElementsAre(Text("continuation")));
  Report();
  EXPECT_EQ(link_->Take(), "ok: The card holds brokerage. | opening");
  const Job done = GetJob(job);
  EXPECT_EQ(done.state, JobState::kDone);
  EXPECT_EQ(done.rounds, 1u);   // one session
  EXPECT_EQ(done.changes, 4u);  // of both packets
}

// What it claims to be binds no job to it, and puts no card on record.
TEST_F(ReaderSessionTest, ACardIsKnownOnceItHasShownItsKeys) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  sequencer_.AskServer();
  sequencer_.ProveLater();
  sequencer_.ConcludeWith(FakeSequencer::GoesOn());
  Start();
  Answer(kCard);
  EXPECT_EQ(GetJob(job).target.card_id, "");
  EXPECT_TRUE(absl::IsNotFound(db_.Do([](store::Transaction& tx) {
                                    return CardRepository(tx).Get(kCard);
                                  })
                                   .status()));
  Report();
  EXPECT_EQ(GetJob(job).target.card_id, kCard);
  EXPECT_EQ(GetCard(kCard).id, kCard);
}

TEST_F(ReaderSessionTest, ASessionThatCannotGoOnIsBegunAnew) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  sequencer_.ConcludeWith(FakeSequencer::GoesOn());
  Start();
  Answer(kCard);
  link_->Take();
  sequencer_.FailPrepare(absl::UnavailableError("gone"));
  Report();
  EXPECT_THAT(link_->Take(), EndsWith("| opening!"));
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
}

TEST_F(ReaderSessionTest, ALateReportOfASessionThatWouldGoOnIsReadAnew) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  sequencer_.ConcludeWith(FakeSequencer::GoesOn());
  Start();
  Answer(kCard);
  const std::string packet = link_->last_packet();
  session_->Handle(ReportOverdue{packet});
  link_->Take();
  session_->OnReport({packet, Text("answers"), {}});
  EXPECT_TRUE(sequencer_.continuations().empty());
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
}

TEST_F(ReaderSessionTest, ACardWithoutAJobIsAskedOnce) {
  AddJob({"", "", "issuer/B"});
  Start();
  EXPECT_EQ(link_->Take(), "opening!");
  Answer(kCard);
  EXPECT_EQ(link_->Take(),
            "ok: There is nothing to do for this card. | opening");
  // The next card is asked: it may be the one.
  session_->Handle(CardSeen{false});
  EXPECT_EQ(link_->Take(), "challenge");
}

TEST_F(ReaderSessionTest, AnIdentifiedCardIsAskedWhenAJobComes) {
  Start();
  link_->Take();
  Answer("");
  EXPECT_EQ(link_->Take(), "ok:  | opening");
  AddJob({"kiosk-7", "", ""});
  session_->Handle(JobArrived{});
  EXPECT_EQ(link_->Take(), "challenge");
  Answer(kCard);
  EXPECT_EQ(link_->Take(), "part");
}

TEST_F(ReaderSessionTest, AnIdentifyHalfThatCrossedAJobIsFollowedByAChallenge) {
  Start();
  link_->Take();
  AddJob({"kiosk-7", "", ""});
  Answer("");
  EXPECT_THAT(link_->Take(), EndsWith("| opening!"));
}

TEST_F(ReaderSessionTest, AnAnswerThatWasNotStoredIsFollowedByAnotherOpening) {
  Start();
  const std::string lost = link_->last_opening();
  link_->Take();
  ASSERT_OK(db_.database().Execute(
      "ALTER TABLE openings RENAME COLUMN identify_answer TO away"));
  Answer("");
  EXPECT_EQ(link_->Take(),
            "no: The card service is out of order. Insert the card again "
            "later. | opening");
  EXPECT_NE(link_->last_opening(), lost);
  ASSERT_OK(db_.database().Execute(
      "ALTER TABLE openings RENAME COLUMN away TO identify_answer"));
  AddJob({"kiosk-7", "", ""});
  session_->Handle(JobArrived{});
  ASSERT_THAT(link_->sent(), SizeIs(1));
  EXPECT_EQ(std::get<AskChallenge>(link_->sent()[0]).opening_id,
            link_->last_opening());
}

TEST_F(ReaderSessionTest, ShowsProgressWithoutTheDatabase) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Start();
  Answer(kCard);
  session_->Handle(Progressed{link_->last_packet(), 2, 3, "LOAD"});
  EXPECT_EQ(GetJob(job).commands_done, 0u);
  Job shown = GetJob(job);
  board_.AddProgress(shown);
  EXPECT_EQ(shown.commands_done, 2u);
  EXPECT_EQ(shown.label, "LOAD");
  Report();
  // It is done, so that all of them are, whatever was said last.
  EXPECT_EQ(GetJob(job).commands_done, 3u);
}

TEST_F(ReaderSessionTest, RecordsAndRefusesASecondAnswerToAnOpening) {
  AddJob({"kiosk-7", "", ""});
  Start();
  Answer(kCard);
  link_->Take();
  Answer("issuer/B");
  EXPECT_THAT(link_->Take(), StartsWith("no: The card's answer could not"));
  EXPECT_THAT(Events(), Contains("opening.used_twice"));
  EXPECT_EQ(session_->state().phase, Phase::kRunning);
}

TEST_F(ReaderSessionTest, RenewsItsOpenings) {
  Start();
  ASSERT_THAT(later_, SizeIs(1));
  EXPECT_EQ(later_[0].first, absl::Seconds(270));
  const std::string first = link_->last_opening();
  sequencer_.SetExpiry(At(600));
  clock_.Advance(later_[0].first);
  session_->Handle(later_[0].second);
  EXPECT_NE(link_->last_opening(), first);
  EXPECT_EQ(later_[1].first, absl::Seconds(300));
}

TEST_F(ReaderSessionTest, MakesNoOpeningsForAnAgentThatTakesNone) {
  Start();
  link_->Vanish();
  session_->Handle(OpeningDue{link_->last_opening()});
  EXPECT_THAT(later_, SizeIs(1));  // that of the first one, which has come
}

TEST_F(ReaderSessionTest, APacketWithoutAReportIsGivenUpAfterAWhile) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  ASSERT_TRUE(std::holds_alternative<ReportOverdue>(later_.back().second));
  EXPECT_EQ(later_.back().first, ReaderSession::kReportPatience);
  link_->Take();
  session_->Handle(later_.back().second);
  EXPECT_THAT(link_->Take(), EndsWith("opening!"));
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
}

}  // namespace
}  // namespace cardferry::orchestrator
