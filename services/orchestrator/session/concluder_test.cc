#include "services/orchestrator/session/concluder.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/session/testing/reader_fixture.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class ConcluderTest : public ReaderFixture {
 protected:
  // A round in which the card is only read, on a connection of its own.
  void ReadOnly() {
    sequencer_.ConcludeWith(FakeSequencer::Ended(Outcome::kCardDiffers, ""));
    Connect(kHere);
    Start();
    Answer(kCard);
    Report();
  }
};

TEST_F(ConcluderTest, SaysWhenThereWasNothingToChange) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  sequencer_.SetCommands(2, 0);
  Start();
  Answer(kCard);
  Report();
  EXPECT_THAT(link_->Take(),
              HasSubstr("ok: The card held brokerage already; nothing was"));
  EXPECT_EQ(GetJob(job).changes, 0u);
}

TEST_F(ConcluderTest, SaysThatSomethingIsDeleted) {
  const auto once = [&] {
    NewJob job;
    job.subject.action = JobAction::kDelete;
    job.subject.package_aid = FromHexOrDie("A000000151");
    job.target.agent = "kiosk-7";
    ASSERT_OK(db_.Do([&](store::Transaction& tx) {
      return JobRepository(tx).Add(job, At());
    }));
    session_->Handle(JobArrived{});
    Answer(kCard);
    link_->Take();
    Report();
  };
  Start();
  once();
  EXPECT_EQ(link_->Take(),
            "ok: The card holds the package A000000151 no more. | opening");
  const DesiredState wanted = sequencer_.preparations().back().desired;
  EXPECT_THAT(wanted.packages, SizeIs(0));
  EXPECT_THAT(wanted.absent_packages, ElementsAre(FromHexOrDie("A000000151")));
  sequencer_.SetCommands(2, 0);
  once();
  EXPECT_EQ(link_->Take(),
            "ok: The card did not hold the package A000000151; nothing was "
            "changed. | opening");
}

TEST_F(ConcluderTest, KeepsReceiptsAndSaysWhatIsDoubtful) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Conclusion conclusion;
  conclusion.outcome = Outcome::kDone;
  conclusion.card_record = {1};
  conclusion.receipts = {{"package F0 was loaded", 7, {1}, {2}, true},
                         {"applet F1 was installed", 7, {3}, {4}, false}};
  conclusion.alarms = {"The receipt of F1 is an old one."};
  sequencer_.ConcludeWith(conclusion);
  Start();
  Answer(kCard);
  Report();
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
  EXPECT_THAT(GetJob(job).message,
              AllOf(StartsWith("The card holds brokerage."),
                    EndsWith(" The receipt of F1 is an old one.")));
  ASSERT_OK_AND_ASSIGN(const auto kept, db_.Do([&](store::Transaction& tx) {
    return CardRepository(tx).Receipts(kCard, 9);
  }));
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[1].text, "package F0 was loaded");
  EXPECT_EQ(kept[1].job_id, job);
  ASSERT_OK_AND_ASSIGN(const auto events, db_.Do([&](store::Transaction& tx) {
    return JournalRepository(tx).List(job, 0, 99);
  }));
  int doubtful = 0;
  for (const JournalEntry& event : events) {
    if (event.kind != "card.doubtful") continue;
    ++doubtful;
    EXPECT_EQ(event.text, "The receipt of F1 is an old one.");
  }
  EXPECT_EQ(doubtful, 1);
}

// The card went to another reader, and its job with it, before the first
// reader's connection was found to be gone.
TEST_F(ConcluderTest, AnOldPacketTakesNothingFromTheOneThatFollowedIt) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  const std::string first = link_->last_packet();
  ASSERT_OK(Concluder(kHere, context_).Lose(first, "Lost."));
  const auto old_session = std::move(session_);
  const auto old_link = std::move(link_);
  Connect({"kiosk-8", "Reader 0"});
  Start();
  Answer(kCard);
  EXPECT_EQ(GetJob(job).rounds, 2u);
  old_session->Handle(Disconnected{});
  EXPECT_EQ(GetJob(job).state, JobState::kRunning);
  Report();
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
}

TEST_F(ConcluderTest, ALateReportOfACancelledJobIsRecordedButRunsNothing) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  const std::string packet = link_->last_packet();
  session_->Handle(Disconnected{});
  ASSERT_OK(db_.Do([&](store::Transaction& tx) {
    return JobRepository(tx).Cancel(job, clock_.Now());
  }));
  Connect(kHere);
  Start();
  EXPECT_EQ(link_->Take(), "opening");
  Report(packet);
  EXPECT_EQ(GetJob(job).state, JobState::kCancelled);
  EXPECT_EQ(ToHex(GetCard(kCard).content.packages[0].aid), "F000000001");
}

TEST_F(ConcluderTest, ACardThatDiffersFromItsRecordGoesIntoASecondRound) {
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

TEST_F(ConcluderTest, ForgedAnswersEndTheJobAndRecordNothing) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  link_->Take();
  sequencer_.ConcludeWith(FakeSequencer::Ended(
      Outcome::kForged, "the card's answers were changed on their way"));
  Report();
  EXPECT_THAT(link_->Take(),
              HasSubstr("The card's answers were changed on their way."));
  EXPECT_EQ(GetJob(job).state, JobState::kFailed);
  EXPECT_EQ(GetJob(job).message,
            "The card's answers were changed on their way.");
  const std::vector<std::string> kinds = Events();
  EXPECT_THAT(kinds, testing::Contains("answers.forged"));
  EXPECT_THAT(kinds, testing::Not(testing::Contains("card.recorded")));
}

TEST_F(ConcluderTest, AMissingAnswerMeansThatTheCardIsReadAgain) {
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

TEST_F(ConcluderTest, AJobThatIsGivenUpSaysWhatTheAgentSaid) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  for (uint32_t round = 0; round < kMaxRounds; ++round) {
    sequencer_.ConcludeWith(FakeSequencer::Ended(Outcome::kUnknown, "gone"));
    Answer(kCard);
    PacketReport report;
    report.packet_id = link_->last_packet();
    report.trouble = "the disk is full";
    session_->OnReport(report);
  }
  EXPECT_EQ(GetJob(job).message,
            "Given up after 8 packets. Gone. The agent says: The disk is "
            "full.");
}

TEST_F(ConcluderTest, AJobThatGetsNowhereIsGivenUp) {
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

TEST_F(ConcluderTest, ReadsThatLivePacketsForceAreNoRounds) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  sequencer_.SetCommands(2, 0);
  sequencer_.SetLivePackets(1);
  for (uint32_t i = 0; i < kMaxForcedReads; ++i) {
    ReadOnly();
    ASSERT_EQ(GetJob(job).state, JobState::kWaiting) << i;
  }
  EXPECT_EQ(GetJob(job).rounds, kMaxForcedReads);
  EXPECT_EQ(GetJob(job).forced_reads, kMaxForcedReads);
  sequencer_.SetLivePackets(0);
  sequencer_.SetCommands(3, 2);
  Connect(kHere);
  Start();
  Answer(kCard);
  Report();
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
}

TEST_F(ConcluderTest, ACardWhoseLivePacketsStayIsNotReadForEver) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  sequencer_.SetCommands(2, 0);
  sequencer_.SetLivePackets(1);
  for (uint32_t i = 1; i < kMaxForcedReads + kMaxRounds; ++i) ReadOnly();
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  ReadOnly();
  EXPECT_EQ(GetJob(job).state, JobState::kFailed);
  EXPECT_THAT(GetJob(job).message, StartsWith("Given up after 40 packets."));
}

TEST_F(ConcluderTest, ARefusedCommandFailsTheJobWithItsReason) {
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

TEST_F(ConcluderTest, ACardThatDoesNotShowItsKeysIsStopped) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  sequencer_.ProveLater();
  Start();
  Answer(kCard);
  link_->Take();
  sequencer_.ConcludeWith(FakeSequencer::WrongKeys());
  Report();
  EXPECT_EQ(link_->Take(), "no: The card has not shown its keys. | opening");
  EXPECT_EQ(GetJob(job).state, JobState::kFailed);
  EXPECT_TRUE(GetCard(kCard).stopped);
  EXPECT_THAT(Events(), Contains("card.stopped"));
}

TEST_F(ConcluderTest, AJobForOneCardOutlivesWhatFalselyClaimsToBeIt) {
  const std::string job = AddJob({"", "", kCard});
  sequencer_.ProveLater();
  Start();
  Answer(kCard);
  sequencer_.ConcludeWith(FakeSequencer::WrongKeys());
  Report();
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_TRUE(GetCard(kCard).stopped);
}

TEST_F(ConcluderTest, AReportThatMeansNothingIsAMissingAnswer) {
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

TEST_F(ConcluderTest, KeepsAReportUntilTheSequencerIsThere) {
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

TEST_F(ConcluderTest, TakesUpAReportThatAnEarlierConnectionLeft) {
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

TEST_F(ConcluderTest, ALostConnectionMakesTheJobWaitForItsCard) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  session_->Handle(Disconnected{});
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_THAT(GetJob(job).message, StartsWith("The connection was lost"));
  EXPECT_THAT(told_, ElementsAre(std::pair(std::string(kCard), "")));
  EXPECT_THAT(Events(), Contains("packet.lost"));
}

TEST_F(ConcluderTest, ALateReportIsTakenOnceAndItsVerdictSaidAgain) {
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

}  // namespace
}  // namespace cardferry::orchestrator
