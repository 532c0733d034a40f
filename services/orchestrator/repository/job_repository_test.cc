#include "services/orchestrator/repository/job_repository.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/repository/testing/database_fixture.h"

namespace cardferry::orchestrator {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const ReaderAddress kHere = {"kiosk-7", "Reader 0"};

class JobRepositoryTest : public ::testing::Test {
 protected:
  void SetUp() override { db_.AddBrokerage(); }

  template <typename Work>
  auto Jobs(Work work) {
    return db_.Do([&](store::Transaction& tx) {
      JobRepository jobs(tx);
      return work(jobs);
    });
  }
  std::string Add(const JobTarget& target, const Bytes& parameters = {0x31}) {
    const auto id = Jobs([&](JobRepository& jobs) {
      return jobs.Add({"brokerage", parameters, target}, At());
    });
    EXPECT_OK(id);
    return id.value_or("");
  }
  Job Get(const std::string& id) {
    const auto job = Jobs([&](JobRepository& jobs) { return jobs.Get(id); });
    EXPECT_OK(job);
    return job.value_or(Job());
  }
  absl::Status Claim(const std::string& id) {
    return Jobs([&](JobRepository& jobs) { return jobs.Claim(id); });
  }
  absl::Status Start(const std::string& id) {
    return Jobs(
        [&](JobRepository& jobs) { return jobs.Start(id, "issuer/A", 12, 9); });
  }
  absl::Status Finish(const std::string& id, JobState state) {
    return Jobs([&](JobRepository& jobs) {
      return jobs.Finish(id, state, "It is over.",
                         {{"loaded", false}, {"installed", true}}, At(9));
    });
  }
  std::string Waiting(const ReaderAddress& at, const std::string& card) {
    const auto job =
        Jobs([&](JobRepository& jobs) { return jobs.FindWaiting(at, card); });
    EXPECT_OK(job);
    return job.ok() && job->has_value() ? (*job)->id : "none";
  }
  bool Awaited(const ReaderAddress& at) {
    return Jobs([&](JobRepository& jobs) { return jobs.IsAwaited(at); })
        .value_or(false);
  }

  DatabaseFixture db_;
};

TEST_F(JobRepositoryTest, ANewJobWaits) {
  const Job job = Get(Add({"kiosk-7", "Reader 0", ""}));
  EXPECT_EQ(job.id, "1");
  EXPECT_EQ(job.application, "brokerage");
  EXPECT_EQ(job.target.agent, "kiosk-7");
  EXPECT_EQ(job.target.reader, "Reader 0");
  EXPECT_EQ(job.state, JobState::kWaiting);
  EXPECT_EQ(job.message, "Waits for a card.");
  EXPECT_EQ(job.created_at, At());
  EXPECT_FALSE(job.ended_at.has_value());
}

TEST_F(JobRepositoryTest, GoesThroughItsStates) {
  const std::string id = Add({"kiosk-7", "", ""});
  ASSERT_OK(Claim(id));
  EXPECT_EQ(Get(id).state, JobState::kPreparing);
  ASSERT_OK(Start(id));
  Job job = Get(id);
  EXPECT_EQ(job.state, JobState::kRunning);
  EXPECT_EQ(job.target.card_id, "issuer/A");
  EXPECT_EQ(job.commands_total, 12u);
  EXPECT_EQ(job.changes, 9u);
  EXPECT_EQ(job.rounds, 1u);
  ASSERT_OK(Finish(id, JobState::kDone));
  job = Get(id);
  EXPECT_EQ(job.state, JobState::kDone);
  EXPECT_EQ(job.message, "It is over.");
  EXPECT_EQ(job.ended_at, At(9));
  EXPECT_THAT(job.facts,
              ElementsAre(Fact{"loaded", false}, Fact{"installed", true}));
}

TEST_F(JobRepositoryTest, RefusesStepsThatItsStateDoesNotAllow) {
  const std::string id = Add({"kiosk-7", "", ""});
  EXPECT_THAT(Start(id), StatusIs(StatusCode::kFailedPrecondition));
  ASSERT_OK(Claim(id));
  EXPECT_THAT(Claim(id), StatusIs(StatusCode::kFailedPrecondition,
                                  "job 1 has gone on meanwhile"));
  ASSERT_OK(Finish(id, JobState::kFailed));
  EXPECT_THAT(Finish(id, JobState::kDone),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(
      Jobs([&](JobRepository& jobs) { return jobs.WaitAgain(id, "x"); }),
      StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_EQ(Get(id).state, JobState::kFailed);
}

TEST_F(JobRepositoryTest, ForgetsTheInstallParametersWhenItIsOver) {
  const std::string id = Add({"kiosk-7", "", ""}, {0x31, 0x00, 0x32});
  const auto parameters = [&] {
    return Jobs(
        [&](JobRepository& jobs) { return jobs.InstallParameters(id); });
  };
  EXPECT_THAT(parameters(), IsOkAndHolds(Bytes({0x31, 0x00, 0x32})));
  ASSERT_OK(Finish(id, JobState::kFailed));
  EXPECT_THAT(parameters(), IsOkAndHolds(IsEmpty()));
}

TEST_F(JobRepositoryTest, FindsTheOldestJobThatACardMayHave) {
  const std::string other_reader = Add({"kiosk-7", "Reader 1", ""});
  const std::string other_agent = Add({"kiosk-8", "", ""});
  const std::string other_card = Add({"", "", "issuer/B"});
  EXPECT_EQ(Waiting(kHere, "issuer/A"), "none");
  const std::string any_reader = Add({"kiosk-7", "", ""});
  const std::string this_reader = Add({"kiosk-7", "Reader 0", ""});
  const std::string this_card = Add({"", "", "issuer/A"});
  for (const std::string& id : {any_reader, this_reader, this_card}) {
    EXPECT_EQ(Waiting(kHere, "issuer/A"), id);
    ASSERT_OK(Claim(id));
  }
  EXPECT_EQ(Waiting(kHere, "issuer/A"), "none");
  EXPECT_EQ(Waiting({"kiosk-7", "Reader 1"}, "issuer/A"), other_reader);
  EXPECT_EQ(Waiting({"kiosk-8", "Reader 0"}, "issuer/A"), other_agent);
  EXPECT_EQ(Waiting({"kiosk-9", "Reader 0"}, "issuer/B"), other_card);
}

TEST_F(JobRepositoryTest, AJobForAReaderBecomesOneForItsFirstCard) {
  const std::string id = Add({"kiosk-7", "Reader 0", ""});
  ASSERT_OK(Claim(id));
  ASSERT_OK(Start(id));
  ASSERT_OK(
      Jobs([&](JobRepository& jobs) { return jobs.WaitAgain(id, "Again."); }));
  EXPECT_EQ(Get(id).message, "Again.");
  EXPECT_EQ(Waiting(kHere, "issuer/B"), "none");
  EXPECT_EQ(Waiting({"kiosk-8", "Reader 3"}, "issuer/A"), id);
}

TEST_F(JobRepositoryTest, AReaderIsAwaitedForItsJobsAndForJobsOfAnyCard) {
  EXPECT_FALSE(Awaited(kHere));
  const std::string elsewhere = Add({"kiosk-7", "Reader 1", ""});
  EXPECT_FALSE(Awaited(kHere));
  EXPECT_TRUE(Awaited({"kiosk-7", "Reader 1"}));
  const std::string card = Add({"", "", "issuer/A"});
  EXPECT_TRUE(Awaited(kHere));
  ASSERT_OK(Claim(card));
  EXPECT_FALSE(Awaited(kHere));
}

TEST_F(JobRepositoryTest, AddsTheMeasurementsOfItsPacketsUp) {
  const std::string id = Add({"kiosk-7", "", ""});
  Measurements m;
  m.round_trips = 1;
  m.apdus = 12;
  m.bytes = 3000;
  m.card = absl::Milliseconds(700);
  m.waited = absl::Milliseconds(30);
  m.total = absl::Milliseconds(740);
  m.server = absl::Milliseconds(20);
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK(Jobs(
        [&](JobRepository& jobs) { return jobs.AddMeasurements(id, 12, m); }));
  }
  const Job job = Get(id);
  EXPECT_EQ(job.commands_done, 12u);
  EXPECT_EQ(job.measurements.round_trips, 2);
  EXPECT_EQ(job.measurements.apdus, 24);
  EXPECT_EQ(job.measurements.bytes, 6000);
  EXPECT_EQ(job.measurements.card, absl::Milliseconds(1400));
  EXPECT_EQ(job.measurements.waited, absl::Milliseconds(60));
  EXPECT_EQ(job.measurements.total, absl::Milliseconds(1480));
  EXPECT_EQ(job.measurements.server, absl::Milliseconds(40));
}

TEST_F(JobRepositoryTest, WhatWasUnderWayWaitsAgainAfterARestart) {
  const std::string waiting = Add({"kiosk-7", "", ""});
  const std::string preparing = Add({"kiosk-7", "", ""});
  const std::string running = Add({"kiosk-7", "", ""});
  const std::string done = Add({"kiosk-7", "", ""});
  ASSERT_OK(Claim(preparing));
  ASSERT_OK(Claim(running));
  ASSERT_OK(Start(running));
  ASSERT_OK(Finish(done, JobState::kDone));
  db_.Reopen();
  EXPECT_THAT(Jobs([](JobRepository& jobs) {
                return jobs.RecoverAll("Started again.");
              }),
              IsOkAndHolds(2));
  EXPECT_EQ(Get(waiting).message, "Waits for a card.");
  EXPECT_EQ(Get(preparing).state, JobState::kWaiting);
  EXPECT_EQ(Get(running).state, JobState::kWaiting);
  EXPECT_EQ(Get(running).message, "Started again.");
  EXPECT_EQ(Get(done).state, JobState::kDone);
}

TEST_F(JobRepositoryTest, ListsTheNewestFirst) {
  Add({"kiosk-7", "", ""});
  Add({"kiosk-7", "", ""});
  const auto list = Jobs([](JobRepository& jobs) { return jobs.List(); });
  ASSERT_OK(list);
  ASSERT_EQ(list->size(), 2u);
  EXPECT_EQ((*list)[0].id, "2");
}

TEST_F(JobRepositoryTest, WhatIsNoNumberIsNoJob) {
  for (const char* id : {"", "x", "1x", "99", "-1"}) {
    EXPECT_THAT(Jobs([&](JobRepository& jobs) { return jobs.Get(id); }),
                StatusIs(StatusCode::kNotFound, HasSubstr("there is no job")))
        << id;
  }
}

}  // namespace
}  // namespace cardferry::orchestrator
