#include "services/orchestrator/session/sweeper.h"

#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/repository/prepared_repository.h"
#include "services/orchestrator/session/testing/reader_fixture.h"
#include "services/orchestrator/work/testing/manual_executor.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class SweeperTest : public ReaderFixture {
 protected:
  void SweepAfter(absl::Duration delay) {
    clock_.Advance(delay);
    sweeper_->Sweep();
  }
  // A job whose card has answered, and then the database was gone.
  std::string AddPreparingJob() {
    const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
    EXPECT_OK(db_.Do([&](store::Transaction& tx) {
      return JobRepository(tx).Claim(job, "o1", clock_.Now());
    }));
    return job;
  }

  // The job of a report that came while the sequencer was away; each is of
  // another card at another reader.
  std::string LeaveReport(int i) {
    const ReaderAddress at = {"kiosk-7", absl::StrCat("Reader ", i)};
    const std::string job = AddJob({at.agent, at.reader, ""});
    Connect(at);
    Start();
    Answer(absl::StrCat("issuer/", i));
    sequencer_.FailConclude(absl::UnavailableError("down"));
    Report();
    session_->Handle(Disconnected{});
    clock_.Advance(absl::Seconds(1));
    return job;
  }
  // How many calls Sweep makes for reports while the sequencer is away for
  // `failures` of them.
  size_t SweepReports(int failures) {
    const size_t before = sequencer_.transcripts().size();
    for (int i = 0; i < failures; ++i) {
      sequencer_.FailConclude(absl::UnavailableError("down"));
    }
    SweepAfter(Sweeper::kReportPatience);
    return sequencer_.transcripts().size() - before;
  }

  ManualExecutor executor_;
  std::shared_ptr<Sweeper> sweeper_ = Sweeper::Create(context_, executor_, {});
};

TEST_F(SweeperTest, AJobThatIsPreparedForTooLongWaitsAgain) {
  const std::string job = AddPreparingJob();
  SweepAfter(Sweeper::kPreparingPatience - absl::Seconds(1));
  EXPECT_EQ(GetJob(job).state, JobState::kPreparing);
  SweepAfter(absl::Seconds(1));
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_THAT(GetJob(job).message, StartsWith("The packet was not made in"));
  EXPECT_THAT(Events(), Contains("job.waits"));
  EXPECT_THAT(told_, SizeIs(1));
}

TEST_F(SweeperTest, APacketWithoutAnybodyWhoAwaitsItsReportIsLost) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  ASSERT_EQ(GetJob(job).state, JobState::kRunning);
  SweepAfter(Sweeper::kRunningPatience);
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_THAT(Events(), Contains("packet.lost"));
  // Its report is awaited all the same.
  Report();
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
}

TEST_F(SweeperTest, FreesWhatTheDatabaseCouldNotPutBack) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  const std::string other = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  ASSERT_OK(db_.database().Execute(
      "CREATE TRIGGER full BEFORE UPDATE ON jobs WHEN NEW.state = 1 "
      "BEGIN SELECT RAISE(FAIL, 'disk trouble'); END"));
  sequencer_.FailPrepare(absl::UnavailableError("down"));
  Answer(kCard);
  EXPECT_EQ(GetJob(job).state, JobState::kPreparing);
  ASSERT_OK(db_.database().Execute("DROP TRIGGER full"));
  SweepAfter(Sweeper::kPreparingPatience);
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_EQ(GetJob(other).state, JobState::kWaiting);
}

TEST_F(SweeperTest, AReportThatNobodyConcludesIsConcluded) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  sequencer_.FailConclude(absl::UnavailableError("down"));
  Report();
  session_->Handle(Disconnected{});
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  SweepAfter(Sweeper::kReportPatience - absl::Seconds(1));
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  SweepAfter(absl::Seconds(1));
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
}

TEST_F(SweeperTest, TheReaderItselfHearsOfAJobThatGoesOn) {
  AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  sequencer_.FailConclude(absl::UnavailableError("down"));
  sequencer_.ConcludeWith(FakeSequencer::Ended(Outcome::kUnknown, "cut short"));
  Report();
  session_->Handle(Disconnected{});
  told_.clear();
  SweepAfter(Sweeper::kReportPatience);
  EXPECT_THAT(told_, ::testing::ElementsAre(
                         std::pair(std::string(kCard), std::string())));
}

TEST_F(SweeperTest, WhatTheSweepHasConcludedTheReaderSaysToo) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  sequencer_.FailConclude(absl::UnavailableError("down"));
  Report();
  link_->Take();
  SweepAfter(Sweeper::kReportPatience);
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
  Retry();
  EXPECT_THAT(link_->Take(), StartsWith("ok: The card holds brokerage."));
  EXPECT_THAT(sequencer_.transcripts(), SizeIs(2));
}

TEST_F(SweeperTest, TriesLaterWhatCannotBeConcludedNow) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  Start();
  Answer(kCard);
  sequencer_.FailConclude(absl::UnavailableError("down"));
  sequencer_.FailConclude(absl::UnavailableError("down"));
  Report();
  session_->Handle(Disconnected{});
  SweepAfter(Sweeper::kReportPatience);
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  SweepAfter(Sweeper::kPeriod);
  EXPECT_EQ(GetJob(job).state, JobState::kDone);
}

TEST_F(SweeperTest, AReportThatCannotBeConcludedDoesNotKeepTheOthers) {
  const std::string first = LeaveReport(1);
  const std::string second = LeaveReport(2);
  const std::string third = LeaveReport(3);
  EXPECT_EQ(SweepReports(/*failures=*/2), 3u);
  EXPECT_EQ(GetJob(first).state, JobState::kWaiting);
  EXPECT_EQ(GetJob(second).state, JobState::kWaiting);
  EXPECT_EQ(GetJob(third).state, JobState::kDone);
  EXPECT_EQ(SweepReports(/*failures=*/0), 2u);
  EXPECT_EQ(GetJob(first).state, JobState::kDone);
}

TEST_F(SweeperTest, AfterThreeReportsThatFailItWaitsForTheNextSweep) {
  for (int i = 1; i <= 4; ++i) LeaveReport(i);
  EXPECT_EQ(SweepReports(/*failures=*/3), 3u);
  EXPECT_EQ(SweepReports(/*failures=*/0), 4u);
}

TEST_F(SweeperTest, ForgetsOldEvents) {
  AddJob({"kiosk-7", "", ""});
  EXPECT_THAT(Events(), SizeIs(1));
  SweepAfter(absl::Hours(24 * 399));
  EXPECT_THAT(Events(), SizeIs(1));
  SweepAfter(absl::Hours(48));
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(SweeperTest, ForgetsEventsThatAreTooMany) {
  sweeper_ = Sweeper::Create(context_, executor_, {absl::Hours(1), 2});
  for (int i = 0; i < 5; ++i) AddJob({"kiosk-7", "", ""});
  sweeper_->Sweep();
  EXPECT_THAT(Events(), SizeIs(2));
}

TEST_F(SweeperTest, ForgetsJobsLongAfterTheirEnd) {
  const std::string job = AddJob({"kiosk-7", "Reader 0", ""});
  const std::string waiting = AddJob({"kiosk-8", "", ""});
  Start();
  Answer(kCard);
  Report();
  ASSERT_EQ(GetJob(job).state, JobState::kDone);
  const auto get = [this](const std::string& id) {
    return db_
        .Do([&](store::Transaction& tx) { return JobRepository(tx).Get(id); })
        .status();
  };
  SweepAfter(absl::Hours(24 * 90));
  EXPECT_OK(get(job));
  SweepAfter(absl::Seconds(1));
  EXPECT_EQ(get(job).code(), absl::StatusCode::kNotFound);
  EXPECT_OK(get(waiting));
  // What is known of its card stays.
  EXPECT_THAT(GetCard(kCard).content.packages, SizeIs(1));
}

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(SweeperTest, AJobsParametersStandNowhereWhenItIsOver) {
  const auto added = db_.Do([&](store::Transaction& tx) {
    return JobRepository(tx).Add(
        DatabaseFixture::BrokerageJob({"kiosk-7", "", ""},
                                      FromHexOrDie("471108154711")),
        At());
  });
  ASSERT_OK(added);
  EXPECT_THAT(Contents(db_.path() + "-wal"), HasSubstr("471108154711"));
  ASSERT_OK(db_.Do([&](store::Transaction& tx) {
    return JobRepository(tx).Cancel(*added, clock_.Now());
  }));
  sweeper_->Sweep();
  EXPECT_THAT(Contents(db_.path() + "-wal"), Not(HasSubstr("471108154711")));
  EXPECT_THAT(Contents(db_.path()), Not(HasSubstr("471108154711")));
}

TEST_F(SweeperTest, APacketStandsNowhereWhenItsAgentHasIt) {
  const std::string job = AddJob({"", "", kCard});
  ASSERT_OK(db_.Do([&](store::Transaction& tx) -> absl::Status {
    Packet packet;
    packet.job_id = job;
    packet.card_id = kCard;
    RETURN_IF_ERROR(PreparedRepository(tx).Add(
        {job,
         "kiosk-7",
         clock_.Now() + absl::Hours(1),
         {{"P1", {1}, {FromHexOrDie("471108154711")}}}},
        kCard));
    return JobRepository(tx).Prepare(packet, "Prepared.", clock_.Now());
  }));
  sweeper_->Sweep();
  EXPECT_THAT(Contents(db_.path() + "-wal"), HasSubstr("471108154711"));
  ASSERT_OK(db_.Do([&](store::Transaction& tx) {
    return PreparedRepository(tx).Stored("kiosk-7", {"P1"});
  }));
  sweeper_->Sweep();
  EXPECT_THAT(Contents(db_.path() + "-wal"), Not(HasSubstr("471108154711")));
  EXPECT_THAT(Contents(db_.path()), Not(HasSubstr("471108154711")));
}

TEST_F(SweeperTest, SweepsAgainAndAgainUntilItIsGone) {
  const std::string job = AddPreparingJob();
  sweeper_->Start();
  executor_.Advance(Sweeper::kPeriod);
  EXPECT_EQ(GetJob(job).state, JobState::kPreparing);
  clock_.Advance(Sweeper::kPreparingPatience);
  executor_.Advance(Sweeper::kPeriod);
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  sweeper_.reset();
  executor_.Advance(Sweeper::kPeriod);
  EXPECT_EQ(executor_.timers(), 0u);
}

}  // namespace
}  // namespace cardferry::orchestrator
