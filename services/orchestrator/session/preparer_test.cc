#include "services/orchestrator/session/preparer.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/session/packet_sender.h"
#include "services/orchestrator/session/testing/reader_fixture.h"

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

class PreparerTest : public ReaderFixture {};

TEST_F(PreparerTest, SendsNoPacketWithoutCommands) {
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

TEST_F(PreparerTest, ACardThatNoProfileMatchesIsRefusedAndTheJobWaits) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Start();
  link_->Take();
  Answer("bad");
  EXPECT_EQ(link_->Take(),
            "no: This card cannot be served: no profile matches. | opening");
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
}

TEST_F(PreparerTest, ACardThatDidNotAnswerIsTriedAgain) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Start();
  link_->Take();
  Answer("mute");
  EXPECT_EQ(link_->Take(),
            "no: The card is read again. Leave it in the reader. | opening!");
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
}

TEST_F(PreparerTest, GivesTheSequencerALoadFileThatItHasNot) {
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

TEST_F(PreparerTest, ADamagedLoadFileIsNoReasonToStopTheCard) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  ASSERT_OK(
      db_.database().Execute("UPDATE load_files SET cap_file = 'no hex'", {}));
  Start();
  Answer(kCard);
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_THAT(Events(), Not(Contains("card.stopped")));
}

TEST_F(PreparerTest, AJobWhoseDataCannotBeOpenedWaitsAndKeepsThem) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  ASSERT_OK(db_.database().Execute(
      "UPDATE jobs SET install_parameters = '01' || install_parameters", {}));
  int changes = 0;
  const JobBoard::Subscription watch =
      board_.Listen(job, [&changes] { ++changes; });
  Start();
  link_->Take();
  Answer(kCard);
  EXPECT_THAT(link_->Take(), AllOf(StartsWith("no: What the job is to bring"),
                                   EndsWith("| opening")));
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_THAT(GetJob(job).message, HasSubstr("data_key_file"));
  EXPECT_EQ(changes, 1);
  EXPECT_THAT(sequencer_.preparations(), SizeIs(0));
  // The right key is back.
  ASSERT_OK(db_.database().Execute(
      "UPDATE jobs SET install_parameters = substr(install_parameters, 3)",
      {}));
  session_->Handle(JobArrived{});
  link_->Take();
  Answer(kCard);
  EXPECT_EQ(link_->Take(), "part");
}

TEST_F(PreparerTest, AJobThatWasGivenUpMeanwhileIsLeftToItsNewHolder) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Start();
  link_->Take();
  sequencer_.OnNextPrepare([&] {
    // Somebody found that this takes too long; another reader has it now.
    ASSERT_OK(db_.Do([&](store::Transaction& tx) -> absl::Status {
      JobRepository jobs(tx);
      RETURN_IF_ERROR(
          jobs.WaitAgain(job, link_->last_opening(), "Given up.", At()));
      return jobs.Claim(job, "another", At());
    }));
  });
  Answer(kCard);
  EXPECT_THAT(link_->Take(), StartsWith("no: The card is read again."));
  EXPECT_EQ(GetJob(job).state, JobState::kPreparing);
}

TEST_F(PreparerTest, ARecordIsInDoubtUntilWhatWasSentIsConcluded) {
  for (int i = 0; i < 3; ++i) AddJob({"kiosk-7", "", ""});
  const auto in_doubt = [this] {
    return sequencer_.preparations().back().record_in_doubt;
  };
  Start();
  Answer(kCard);
  EXPECT_FALSE(in_doubt());
  // No report comes: the card is inserted somewhere else.
  Connect({"kiosk-7", "Reader 1"});
  Start();
  Answer(kCard);
  EXPECT_TRUE(in_doubt());
  EXPECT_FALSE(GetCard(kCard).content_proven);
  Report();
  session_->Handle(JobArrived{});
  Answer(kCard);
  ASSERT_THAT(sequencer_.preparations(), SizeIs(4));
  EXPECT_FALSE(in_doubt());
}

TEST_F(PreparerTest, APacketThatOnlyReadsLeavesNoDoubt) {
  sequencer_.SetCommands(2, 0);
  for (int i = 0; i < 2; ++i) AddJob({"kiosk-7", "", ""});
  Start();
  Answer(kCard);
  Connect({"kiosk-7", "Reader 1"});
  Start();
  Answer(kCard);
  ASSERT_THAT(sequencer_.preparations(), SizeIs(3));
  EXPECT_FALSE(sequencer_.preparations().back().record_in_doubt);
}

TEST_F(PreparerTest, TriesAgainWhileTheSequencerCannotBeReached) {
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

TEST_F(PreparerTest, LetsTheCardGoWhenTheSequencerStaysAway) {
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

TEST_F(PreparerTest, AnOpeningThatIsOfNoUseIsFollowedByAnother) {
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

TEST_F(PreparerTest, AnExpiredAnswerNeverReachesTheSequencer) {
  AddJob({"kiosk-7", "", ""});
  Start();
  link_->Take();
  clock_.Advance(absl::Minutes(10));
  Answer(kCard);
  EXPECT_THAT(sequencer_.preparations(), IsEmpty());
  EXPECT_THAT(link_->Take(), StartsWith("no: The card is read again."));
}

TEST_F(PreparerTest, AWrongCryptogramStopsTheCardAndFailsTheJob) {
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
  EXPECT_THAT(Events(),
              ElementsAre("job.added", "opening.consumed", "job.preparing",
                          "card.stopped", "job.failed"));
}

TEST_F(PreparerTest, AChangedIIsAnAlarmAndStopsTheCardUntilItIsResumed) {
  AddJob({"kiosk-7", "", ""});
  Start();
  link_->Take();
  sequencer_.FailPrepare(absl::OutOfRangeError("the card says i 60, was 70"));
  Answer(kCard);
  EXPECT_THAT(link_->Take(), StartsWith("no: The card says i 60, was 70."));
  EXPECT_THAT(Events(),
              ElementsAre("job.added", "opening.consumed", "job.preparing",
                          "card.changed_i", "job.failed"));
  AddJob({"kiosk-7", "", ""});
  session_->Handle(JobArrived{});
  link_->Take();
  Answer(kCard);
  EXPECT_THAT(link_->Take(), StartsWith("no: This card is stopped here"));
  EXPECT_THAT(sequencer_.preparations(), SizeIs(1));
  ASSERT_OK(db_.Do([&](store::Transaction& tx) {
    return CardRepository(tx).Resume(kCard);
  }));
  const std::string job = AddJob({"kiosk-7", "", ""});
  session_->Handle(JobArrived{});
  link_->Take();
  Answer(kCard);
  EXPECT_EQ(link_->Take(), "part");
  EXPECT_EQ(GetJob(job).state, JobState::kRunning);
}

TEST_F(PreparerTest, AStoppedCardIsNotAskedForACryptogramAgain) {
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

TEST_F(PreparerTest, WhatCannotBeDoneFailsTheJobWithItsReason) {
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

TEST_F(PreparerTest, APacketThatBreaksOffIsMadeAnew) {
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

TEST_F(PreparerTest, AnAgentThatGoesWhileItsPacketIsSentLosesNothing) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  link_->Vanish();
  Answer(kCard);
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_THAT(told_, SizeIs(1));
}

TEST_F(PreparerTest, MeasuresTheServicesOwnTime) {
  const std::string job = AddJob({"kiosk-7", "", ""});
  Start();
  const absl::Time received = clock_.Now();
  clock_.Advance(absl::Milliseconds(25));
  session_->OnAnswer(
      {link_->last_opening(), {Text("identified"), Text(kCard)}, received});
  Report();
  EXPECT_EQ(GetJob(job).measurements.server, absl::Milliseconds(25));
}

TEST_F(PreparerTest, AJobThatCannotBeCancelledEndsWithWordsOfItsOwn) {
  const std::string job = AddJob({"", "", kCard});
  ASSERT_OK(db_.database().Execute(
      "UPDATE jobs SET cancel_requested = 1, rounds = 8"));
  Start();
  Answer(kCard);
  EXPECT_EQ(GetJob(job).state, JobState::kFailed);
  EXPECT_THAT(GetJob(job).message,
              ::testing::StartsWith("Not cancelled for certain: the card was "
                                    "read 8 times"));
  EXPECT_TRUE(sequencer_.preparations().empty());
}

}  // namespace
}  // namespace cardferry::orchestrator
