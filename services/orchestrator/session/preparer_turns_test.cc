// Which job has its turn when one cannot be done.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/session/preparer.h"
#include "services/orchestrator/session/testing/reader_fixture.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class PreparerTurnsTest : public ReaderFixture {};

// Whoever knows a card's id can claim to be it, and say of itself what makes
// the plan for it impossible.
TEST_F(PreparerTurnsTest, AFalseCardDoesNotFailTheTrueCardsJob) {
  const std::string job = AddJob({"", "", kCard});
  for (const absl::Status& refusal :
       {absl::InvalidArgumentError("it is another chip than before"),
        absl::ResourceExhaustedError("61000 bytes do not fit"),
        absl::InternalError("it cannot be planned"),
        absl::DataLossError("it differs")}) {
    Connect(kHere);
    Start();
    sequencer_.FailPrepare(refusal);
    Answer(kCard);
    EXPECT_EQ(GetJob(job).state, JobState::kWaiting) << refusal;
    EXPECT_THAT(GetJob(job).message,
                AllOf(HasSubstr(std::string(refusal.message().substr(1))),
                      EndsWith("The job waits for a card that does.")));
    EXPECT_EQ(Events().back(), "job.waits");
    // It is not asked again and again.
    EXPECT_THAT(link_->Take(), EndsWith("| opening"));
  }
  // The true one, elsewhere.
  Connect({"kiosk-8", "Reader 0"});
  Start();
  link_->Take();
  Answer(kCard);
  EXPECT_EQ(link_->Take(), "part");
  EXPECT_THAT(sequencer_.preparations().back().desired.packages, SizeIs(1));
}

TEST_F(PreparerTurnsTest, AJobBehindOneThatCannotBeDoneHasItsTurnAtOnce) {
  AddJob({"kiosk-7", "", ""});
  const std::string second = AddJob({"kiosk-7", "", ""});
  const std::string third = AddJob({"kiosk-7", "", ""});
  Start();
  link_->Take();
  sequencer_.FailPrepare(absl::ResourceExhaustedError("it does not fit"));
  Answer(kCard);
  EXPECT_THAT(link_->Take(), EndsWith("| opening!"));
  sequencer_.SetCommands(0, 0);
  Answer(kCard);
  EXPECT_EQ(GetJob(second).state, JobState::kDone);
  EXPECT_THAT(link_->Take(), EndsWith("| opening!"));
  sequencer_.SetCommands(3, 2);
  Answer(kCard);
  EXPECT_EQ(GetJob(third).state, JobState::kRunning);
}

// "Replace it, or delete it first": the job that deletes it comes behind.
TEST_F(PreparerTurnsTest, AJobThatCannotBeDoneNowKeepsNoOtherOfItsCard) {
  const std::string load = AddJob({"", "", kCard});
  const std::string remove = AddJob({"", "", kCard});
  Start();
  link_->Take();
  sequencer_.FailPrepare(absl::InvalidArgumentError("delete it first"));
  Answer(kCard);
  EXPECT_THAT(link_->Take(), AllOf(StartsWith("no: Delete it first."),
                                   EndsWith("| opening!")));
  EXPECT_EQ(GetJob(load).state, JobState::kWaiting);
  Answer(kCard);
  EXPECT_EQ(GetJob(remove).state, JobState::kRunning);
  link_->Take();
  Report();
  EXPECT_EQ(GetJob(remove).state, JobState::kDone);
  // The card has changed.
  EXPECT_THAT(link_->Take(), EndsWith("| opening!"));
  Answer(kCard);
  EXPECT_EQ(GetJob(load).state, JobState::kRunning);
}

TEST_F(PreparerTurnsTest, EachJobIsPassedOverOnceUntilSomethingChanges) {
  for (int i = 0; i < 3; ++i) AddJob({"", "", kCard});
  const auto refuse = [this] {
    sequencer_.FailPrepare(absl::ResourceExhaustedError("it does not fit"));
    link_->Take();
    Answer(kCard);
    return link_->Take();
  };
  Start();
  EXPECT_THAT(refuse(), EndsWith("| opening!"));
  EXPECT_THAT(refuse(), EndsWith("| opening!"));
  EXPECT_THAT(refuse(), EndsWith("| opening"));
  // An answer that nobody asked for changes nothing.
  Answer(kCard);
  EXPECT_EQ(link_->Take(),
            "no: What else is to be done for this card cannot be done now. Its "
            "jobs wait, and say why. | opening");
  EXPECT_THAT(sequencer_.preparations(), SizeIs(3));
  session_->Handle(CardSeen{false});
  EXPECT_EQ(link_->Take(), "challenge");
  EXPECT_THAT(refuse(), EndsWith("| opening!"));
  session_->Handle(JobArrived{});
  EXPECT_THAT(refuse(), EndsWith("| opening!"));
  EXPECT_THAT(refuse(), EndsWith("| opening!"));
  EXPECT_THAT(refuse(), EndsWith("| opening"));
}

TEST_F(PreparerTurnsTest, WhatOneCardCannotHaveConcernsNoOther) {
  const std::string other = AddJob({"", "", "issuer/B"});
  for (int i = 0; i < 2; ++i) AddJob({"", "", kCard});
  Start();
  sequencer_.FailPrepare(absl::ResourceExhaustedError("it does not fit"));
  Answer(kCard);
  Answer("issuer/B");
  EXPECT_EQ(GetJob(other).state, JobState::kRunning);
}

TEST_F(PreparerTurnsTest, AJobWhoseDataCannotBeOpenedKeepsNoOther) {
  const std::string sealed = AddJob({"kiosk-7", "", ""});
  const std::string next = AddJob({"kiosk-7", "", ""});
  ASSERT_OK(db_.database().Execute(
      "UPDATE jobs SET install_parameters = (SELECT install_parameters FROM "
      "jobs WHERE number = 2) WHERE number = 1",
      {}));
  Start();
  link_->Take();
  Answer(kCard);
  EXPECT_THAT(link_->Take(), EndsWith("| opening!"));
  Answer(kCard);
  EXPECT_EQ(GetJob(sealed).state, JobState::kWaiting);
  EXPECT_EQ(GetJob(next).state, JobState::kRunning);
}

TEST_F(PreparerTurnsTest, AManifestThatNoCardCanFillFailsItsJob) {
  NewJob job;
  job.subject.action = JobAction::kManifest;
  job.target.card_id = kCard;
  const auto id = db_.Do(
      [&](store::Transaction& tx) { return JobRepository(tx).Add(job, At()); });
  ASSERT_OK(id);
  sequencer::v1::DesiredState desired;
  desired.add_applications()->add_install_parameter_facts()->set_at(1);
  Bring(*id, Text(desired.SerializeAsString()));
  const std::string next = AddJob({"", "", kCard});
  Start();
  link_->Take();
  Answer(kCard);
  EXPECT_THAT(link_->Take(),
              AllOf(StartsWith("no: A fact of the card has no place."),
                    EndsWith("| opening!")));
  EXPECT_EQ(GetJob(*id).state, JobState::kFailed);
  Answer(kCard);
  EXPECT_EQ(GetJob(next).state, JobState::kRunning);
}

}  // namespace
}  // namespace cardferry::orchestrator
