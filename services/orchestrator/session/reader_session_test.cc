#include "services/orchestrator/session/reader_session.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/orchestrator/session/concluder.h"
#include "services/orchestrator/session/packet_sender.h"
#include "services/orchestrator/session/preparer.h"
#include "services/orchestrator/session/testing/session_fixture.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

const ReaderAddress kHere = {"kiosk-7", "Reader 0"};
constexpr char kCard[] = "issuer/A";

Bytes Text(absl::string_view text) {
  const ByteSpan span = AsBytes(text);
  return Bytes(span.begin(), span.end());
}

class ReaderSessionTest : public SessionFixture {
 protected:
  ReaderSessionTest() { Connect(kHere); }

  void Connect(const ReaderAddress& at) {
    link_ = std::make_unique<RecordingLink>();
    later_.clear();
    session_ = std::make_unique<ReaderSession>(
        at, context_, *link_, [this](absl::Duration delay, ReaderEvent event) {
          later_.emplace_back(delay, std::move(event));
        });
  }
  void Start() { session_->Handle(Started{true}); }

  void Answer(const std::string& card) {
    session_->OnAnswer({link_->last_opening(),
                        {Text("identified"), Text(card)},
                        clock_.Now()});
  }
  void Report() { Report(link_->last_packet()); }
  void Report(const std::string& packet) {
    PacketReport report;
    report.packet_id = packet;
    report.transcript = Text("answers");
    report.measurements.round_trips = 1;
    session_->OnReport(report);
  }
  // Lets the retry come that was asked for last.
  void Retry() {
    for (auto it = later_.rbegin(); it != later_.rend(); ++it) {
      if (const auto* due = std::get_if<RetryDue>(&it->second)) {
        session_->Handle(RetryDue(*due));
        return;
      }
    }
    FAIL() << "no retry was asked for";
  }

  std::unique_ptr<RecordingLink> link_;
  std::vector<std::pair<absl::Duration, ReaderEvent>> later_;
  std::unique_ptr<ReaderSession> session_;
};

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
              ElementsAre("opening.consumed", "packet.sent", "packet.reported",
                          "card.recorded", "job.done"));
  EXPECT_EQ(ToHex(GetCard(kCard).content.packages[0].aid), "F000000001");
}

TEST_F(ReaderSessionTest, SaysWhenThereWasNothingToChange) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  sequencer_.SetCommands(2, 0);
  Start();
  Answer(kCard);
  Report();
  EXPECT_THAT(link_->Take(),
              HasSubstr("ok: The card held brokerage already; nothing was"));
  EXPECT_EQ(GetJob(job).changes, 0u);
}

TEST_F(ReaderSessionTest, SendsNoPacketWithoutCommands) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  sequencer_.SetCommands(0, 0);
  Start();
  link_->Take();
  Answer(kCard);
  EXPECT_EQ(link_->Take(),
            "ok: The card holds all that it should; nothing was sent. | "
            "opening");
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
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

TEST_F(ReaderSessionTest, ACardThatNoProfileMatchesIsRefusedAndTheJobWaits) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Start();
  link_->Take();
  Answer("bad");
  EXPECT_EQ(link_->Take(),
            "no: This card cannot be served: no profile matches. | opening");
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
}

TEST_F(ReaderSessionTest, GivesTheSequencerALoadFileThatItHasNot) {
  AddJob({"kiosk-7", "", ""});
  Start();
  Answer(kCard);
  EXPECT_EQ(sequencer_.load_files_put(), 1);
  EXPECT_THAT(sequencer_.preparations(), SizeIs(2));
  Report();
  AddJob({"kiosk-7", "", ""});
  session_->Handle(JobArrived{});
  Answer(kCard);
  EXPECT_EQ(sequencer_.load_files_put(), 1);
}

TEST_F(ReaderSessionTest, TriesAgainWhileTheSequencerCannotBeReached) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Start();
  link_->Take();
  sequencer_.FailPrepare(absl::UnavailableError("down"));
  sequencer_.FailPrepare(absl::DeadlineExceededError("slow"));
  Answer(kCard);
  EXPECT_EQ(link_->Take(), "");
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  Retry();
  EXPECT_EQ(link_->Take(), "");
  Retry();
  EXPECT_EQ(link_->Take(), "part");
  const std::vector<Preparation> asked = sequencer_.preparations();
  EXPECT_EQ(asked[0].answer, asked.back().answer);
}

TEST_F(ReaderSessionTest, LetsTheCardGoWhenTheSequencerStaysAway) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Start();
  link_->Take();
  for (int i = 0; i <= kMaxPrepareAttempts; ++i) {
    sequencer_.FailPrepare(absl::UnavailableError("down"));
  }
  Answer(kCard);
  for (int i = 0; i < kMaxPrepareAttempts; ++i) Retry();
  EXPECT_THAT(link_->Take(), StartsWith("no: The card service cannot be"));
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  Retry();
  EXPECT_EQ(link_->Take(), "opening!");
}

TEST_F(ReaderSessionTest, AnOpeningThatIsOfNoUseIsFollowedByAnother) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Start();
  link_->Take();
  sequencer_.FailPrepare(absl::FailedPreconditionError("expired"));
  Answer(kCard);
  EXPECT_EQ(link_->Take(),
            "no: The card is read again. Leave it in the reader. | opening!");
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_THAT(Events(), Not(Contains("card.stopped")));
}

TEST_F(ReaderSessionTest, AnExpiredAnswerNeverReachesTheSequencer) {
  AddJob({"kiosk-7", "", ""});
  Start();
  link_->Take();
  clock_.Advance(absl::Minutes(10));
  Answer(kCard);
  EXPECT_THAT(sequencer_.preparations(), IsEmpty());
  EXPECT_THAT(link_->Take(), StartsWith("no: The card is read again."));
}

TEST_F(ReaderSessionTest, AWrongCryptogramStopsTheCardAndFailsTheJob) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Start();
  link_->Take();
  sequencer_.FailPrepare(absl::DataLossError("it differs"));
  Answer(kCard);
  EXPECT_THAT(link_->Take(),
              AllOf(StartsWith("no: The card's cryptogram is wrong"),
                    EndsWith("| opening")));
  EXPECT_EQ(GetJob(job).state, JobState::kFailed);
  EXPECT_THAT(GetJob(job).message, HasSubstr("Nothing was sent to it"));
  EXPECT_THAT(Events(), ElementsAre("opening.consumed", "card.stopped"));
}

TEST_F(ReaderSessionTest, AFalseCardDoesNotFailTheTrueCardsJob) {
  const std::string job = AddJob({"", "", kCard});
  Start();
  sequencer_.FailPrepare(absl::DataLossError("it differs"));
  Answer(kCard);
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  // The true one, elsewhere.
  Connect({"kiosk-8", "Reader 0"});
  Start();
  link_->Take();
  Answer(kCard);
  EXPECT_EQ(link_->Take(), "part");
}

TEST_F(ReaderSessionTest, AStoppedCardIsNotAskedForACryptogramAgain) {
  AddJob({"kiosk-7", "", ""});
  Start();
  sequencer_.FailPrepare(absl::DataLossError("it differs"));
  Answer(kCard);
  const std::string second = AddJob({"kiosk-7", "", ""});
  int changes = 0;
  const JobBoard::Subscription watch =
      board_.Listen(second, [&changes] { ++changes; });
  session_->Handle(JobArrived{});
  link_->Take();
  Answer(kCard);
  EXPECT_THAT(link_->Take(), StartsWith("no: This card is stopped here"));
  EXPECT_EQ(GetJob(second).state, JobState::kFailed);
  EXPECT_EQ(changes, 1);  // whoever watches the job sees its end
  EXPECT_THAT(sequencer_.preparations(), SizeIs(1));
  EXPECT_THAT(Events(), Contains("card.refused"));
}

TEST_F(ReaderSessionTest, WhatCannotBeDoneFailsTheJobWithItsReason) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Start();
  link_->Take();
  sequencer_.FailPrepare(
      absl::ResourceExhaustedError("61000 bytes do not fit"));
  Answer(kCard);
  EXPECT_EQ(link_->Take(),
            "no: 61000 bytes do not fit. Nothing was sent to the card. | "
            "opening");
  EXPECT_EQ(GetJob(job).message,
            "61000 bytes do not fit. Nothing was sent to the card.");
}

TEST_F(ReaderSessionTest, APacketThatBreaksOffIsMadeAnew) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  sequencer_.PutLoadFile(FromHexOrDie("CA9F11E0")).IgnoreError();
  sequencer_.BreakNextPrepare();
  Start();
  link_->Take();
  Answer(kCard);
  EXPECT_EQ(link_->Take(),
            "part | no: The card is read again. Leave it in the reader. | "
            "opening!");
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  const std::string first = link_->last_packet();
  Answer(kCard);
  EXPECT_EQ(link_->Take(), "part");
  EXPECT_EQ(GetJob(job).rounds, 2u);
  // What was left of the first one comes too late.
  Report(first);
  EXPECT_EQ(link_->Take(),
            "no: The report came too late; the card is read again.");
  EXPECT_EQ(GetJob(job).state, JobState::kRunning);
}

TEST_F(ReaderSessionTest, ACardThatDiffersFromItsRecordGoesIntoASecondRound) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  link_->Take();
  sequencer_.ConcludeWith(FakeSequencer::Ended(Outcome::kCardDiffers, ""));
  Report();
  EXPECT_THAT(link_->Take(), AllOf(HasSubstr("A second round follows"),
                                   EndsWith("| opening!")));
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  Answer(kCard);
  EXPECT_EQ(AsString(sequencer_.preparations().back().card_record), "record");
  Report();
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
  EXPECT_EQ(GetJob(job).measurements.round_trips, 2);
}

TEST_F(ReaderSessionTest, AMissingAnswerMeansThatTheCardIsReadAgain) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  link_->Take();
  sequencer_.ConcludeWith(
      FakeSequencer::Ended(Outcome::kUnknown, "the card went away"));
  Report();
  EXPECT_EQ(link_->Take(),
            "no: The card went away. Insert the card again: it is read anew, "
            "and the job goes on. | opening!");
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_EQ(GetJob(job).target.card_id, kCard);
  EXPECT_THAT(told_, ElementsAre(std::pair(std::string(kCard),
                                           std::string("Reader 0"))));
}

TEST_F(ReaderSessionTest, AJobThatGetsNowhereIsGivenUp) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  for (uint32_t round = 0; round < kMaxRounds; ++round) {
    sequencer_.ConcludeWith(FakeSequencer::Ended(Outcome::kUnknown, "gone"));
    Answer(kCard);
    EXPECT_FALSE(IsOver(GetJob(job).state)) << round;
    link_->Take();
    Report();
  }
  EXPECT_EQ(GetJob(job).state, JobState::kFailed);
  EXPECT_EQ(GetJob(job).message, "Given up after 8 packets. Gone.");
}

TEST_F(ReaderSessionTest, ARefusedCommandFailsTheJobWithItsReason) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Start();
  Answer(kCard);
  link_->Take();
  sequencer_.ConcludeWith(FakeSequencer::Ended(
      Outcome::kFailed, "the card has not enough memory (6A84)"));
  Report();
  EXPECT_EQ(link_->Take(),
            "no: The card has not enough memory (6A84). | opening");
  EXPECT_EQ(GetJob(job).state, JobState::kFailed);
}

TEST_F(ReaderSessionTest, AReportThatMeansNothingIsAMissingAnswer) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Start();
  Answer(kCard);
  link_->Take();
  sequencer_.FailConclude(absl::InvalidArgumentError("not a transcript"));
  Report();
  EXPECT_THAT(link_->Take(),
              StartsWith("no: The agent's report could not be read: not a "
                         "transcript."));
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
}

TEST_F(ReaderSessionTest, KeepsAReportUntilTheSequencerIsThere) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Start();
  Answer(kCard);
  link_->Take();
  sequencer_.FailConclude(absl::UnavailableError("down"));
  Report();
  EXPECT_EQ(link_->Take(), "");
  EXPECT_EQ(GetJob(job).state, JobState::kRunning);
  Retry();
  EXPECT_THAT(link_->Take(), StartsWith("ok: The card holds brokerage."));
}

TEST_F(ReaderSessionTest, TakesUpAReportThatAnEarlierConnectionLeft) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  sequencer_.FailConclude(absl::UnavailableError("down"));
  Report();
  session_->Handle(Disconnected{});
  // The agent may never come back, and the card may be put in elsewhere.
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  Connect(kHere);
  Start();
  EXPECT_THAT(link_->Take(), HasSubstr("ok: The card holds brokerage."));
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
}

TEST_F(ReaderSessionTest, ALostConnectionMakesTheJobWaitForItsCard) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  session_->Handle(Disconnected{});
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_THAT(GetJob(job).message, StartsWith("The connection was lost"));
  EXPECT_THAT(told_, ElementsAre(std::pair(std::string(kCard), "")));
  EXPECT_THAT(Events(), Contains("packet.lost"));
}

TEST_F(ReaderSessionTest, AnAgentThatGoesWhileItsPacketIsSentLosesNothing) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  link_->Vanish();
  Answer(kCard);
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_THAT(told_, SizeIs(1));
}

TEST_F(ReaderSessionTest, ALateReportIsTakenOnceAndItsVerdictSaidAgain) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  const std::string packet = link_->last_packet();
  session_->Handle(Disconnected{});
  Connect(kHere);
  Start();
  EXPECT_EQ(link_->Take(), "opening!");
  Report(packet);
  EXPECT_EQ(link_->Take(), "ok: The card holds brokerage.");
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
  Report(packet);
  EXPECT_EQ(link_->Take(), "ok: The card holds brokerage.");
  EXPECT_THAT(sequencer_.transcripts(), SizeIs(1));
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
  EXPECT_EQ(GetJob(job).commands_done, 2u);
}

TEST_F(ReaderSessionTest, MeasuresTheServicesOwnTime) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Start();
  const absl::Time received = clock_.Now();
  clock_.Advance(absl::Milliseconds(25));
  session_->OnAnswer(
      {link_->last_opening(), {Text("identified"), Text(kCard)}, received});
  Report();
  EXPECT_EQ(GetJob(job).measurements.server, absl::Milliseconds(25));
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
