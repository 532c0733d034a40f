#include "services/orchestrator/repository/job_repository.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/repository/journal_repository.h"
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
      return jobs.Add(DatabaseFixture::BrokerageJob(target, parameters), At());
    });
    EXPECT_OK(id);
    return id.value_or("");
  }
  Job Get(const std::string& id) {
    const auto job = Jobs([&](JobRepository& jobs) { return jobs.Get(id); });
    EXPECT_OK(job);
    return job.value_or(Job());
  }
  absl::Status Claim(const std::string& id, const std::string& opening = "o1") {
    return Jobs(
        [&](JobRepository& jobs) { return jobs.Claim(id, opening, At(1)); });
  }
  absl::Status Start(const std::string& id, const std::string& opening = "o1") {
    Packet packet;
    packet.id = "p1";
    packet.job_id = id;
    packet.opening_id = opening;
    packet.card_id = "issuer/A";
    packet.commands = 12;
    packet.changes = 9;
    return Jobs([&](JobRepository& jobs) { return jobs.Start(packet, At(2)); });
  }
  absl::Status WaitAgain(const std::string& id, const std::string& holder) {
    return Jobs([&](JobRepository& jobs) {
      return jobs.WaitAgain(id, holder, "Again.", At(3));
    });
  }
  absl::Status Finish(const std::string& id, JobState state,
                      const std::optional<std::string>& holder = std::nullopt) {
    return Jobs([&](JobRepository& jobs) {
      return jobs.Finish(
          id, holder,
          {state, "It is over.", {{"loaded", false}, {"installed", true}}},
          At(9));
    });
  }
  absl::Status Cancel(const std::string& id) {
    return Jobs([&](JobRepository& jobs) { return jobs.Cancel(id, At(9)); });
  }
  std::vector<std::string> Events() {
    const auto entries = db_.Do([](store::Transaction& tx) {
      return JournalRepository(tx).List("", 0);
    });
    EXPECT_OK(entries);
    std::vector<std::string> texts;
    for (const JournalEntry& entry : *entries) {
      texts.push_back(absl::StrCat(entry.kind, " ", entry.job_id, " ",
                                   entry.agent, " ", entry.card_id, ": ",
                                   entry.text));
    }
    return texts;
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
  EXPECT_EQ(job.subject.application, "brokerage");
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
  EXPECT_THAT(WaitAgain(id, "o1"), StatusIs(StatusCode::kFailedPrecondition));
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

TEST_F(JobRepositoryTest, FindsTheNextJobBehindAnother) {
  const std::string first = Add({"", "", "issuer/A"});
  Add({"", "", "issuer/B"});
  const std::string next = Add({"kiosk-7", "", ""});
  const auto behind = [&](const std::string& job) {
    const auto found = Jobs([&](JobRepository& jobs) {
      return jobs.FindWaiting(kHere, "issuer/A", job);
    });
    EXPECT_OK(found);
    return found.ok() && found->has_value() ? (*found)->id : "none";
  };
  EXPECT_EQ(behind(""), first);
  EXPECT_EQ(behind(first), next);
  EXPECT_EQ(behind(next), "none");
}

TEST_F(JobRepositoryTest, AJobForAReaderBecomesOneForItsFirstCard) {
  const std::string id = Add({"kiosk-7", "Reader 0", ""});
  ASSERT_OK(Claim(id));
  ASSERT_OK(Start(id));
  ASSERT_OK(WaitAgain(id, "p1"));
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

TEST_F(JobRepositoryTest, ARoundThatIsTakenBackWasNoForcedReadEither) {
  const std::string id = Add({"kiosk-7", "", ""});
  ASSERT_OK(Claim(id));
  ASSERT_OK(Start(id));
  ASSERT_OK(db_.Do([&](store::Transaction& tx) -> absl::Status {
    JobRepository jobs(tx);
    RETURN_IF_ERROR(jobs.NoteForcedRead(id));
    return jobs.TakeBackRound(id);
  }));
  EXPECT_EQ(Get(id).rounds, 0u);
  EXPECT_EQ(Get(id).forced_reads, 0u);
}

TEST_F(JobRepositoryTest, OnlyItsHolderMovesAJobThatIsUnderWay) {
  const std::string id = Add({"kiosk-7", "", ""});
  ASSERT_OK(Claim(id, "o1"));
  EXPECT_THAT(Start(id, "o2"), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(WaitAgain(id, "o2"), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(Finish(id, JobState::kFailed, "o2"),
              StatusIs(StatusCode::kFailedPrecondition));
  ASSERT_OK(Start(id, "o1"));
  EXPECT_THAT(WaitAgain(id, "o1"), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_EQ(Get(id).state, JobState::kRunning);
  ASSERT_OK(WaitAgain(id, "p1"));
  // Nobody holds it now: anybody may say why it waits.
  ASSERT_OK(WaitAgain(id, "p0"));
  EXPECT_THAT(Finish(id, JobState::kFailed, "p1"),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_OK(Finish(id, JobState::kDone));
}

TEST_F(JobRepositoryTest, SaysWhichJobsAreUnderWayAndSinceWhen) {
  Add({"kiosk-7", "", ""});
  const std::string preparing = Add({"kiosk-7", "", ""});
  const std::string running = Add({"kiosk-7", "", ""});
  ASSERT_OK(Finish(Add({"kiosk-7", "", ""}), JobState::kDone));
  ASSERT_OK(Claim(preparing, "o8"));
  ASSERT_OK(Claim(running));
  ASSERT_OK(Start(running));
  db_.Reopen();
  ASSERT_OK_AND_ASSIGN(const auto held,
                       Jobs([](JobRepository& jobs) { return jobs.Held(); }));
  ASSERT_EQ(held.size(), 2u);
  EXPECT_EQ(held[0].id, preparing);
  EXPECT_EQ(held[0].state, JobState::kPreparing);
  EXPECT_EQ(held[0].holder, "o8");
  EXPECT_EQ(held[0].since, At(1));
  EXPECT_EQ(held[1].id, running);
  EXPECT_EQ(held[1].holder, "p1");
  EXPECT_EQ(held[1].since, At(2));
}

TEST_F(JobRepositoryTest, AJobThatWaitsCanBeCancelledAndNeverRuns) {
  const std::string id = Add({"kiosk-7", "", ""}, {0x34, 0x37});
  ASSERT_OK(Cancel(id));
  EXPECT_EQ(Get(id).state, JobState::kCancelled);
  EXPECT_EQ(Get(id).ended_at, At(9));
  EXPECT_EQ(Waiting(kHere, "issuer/A"), "none");
  EXPECT_FALSE(Awaited(kHere));
  EXPECT_THAT(Claim(id), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(WaitAgain(id, ""), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(Finish(id, JobState::kDone),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(
      Jobs([&](JobRepository& jobs) { return jobs.InstallParameters(id); }),
      IsOkAndHolds(IsEmpty()));
}

TEST_F(JobRepositoryTest, AJobThatHasBegunOrEndedCannotBeCancelled) {
  const std::string id = Add({"kiosk-7", "", ""});
  ASSERT_OK(Claim(id));
  EXPECT_THAT(Cancel(id), StatusIs(StatusCode::kFailedPrecondition,
                                   HasSubstr("job 1 has begun")));
  ASSERT_OK(Start(id));
  EXPECT_THAT(Cancel(id), StatusIs(StatusCode::kFailedPrecondition,
                                   HasSubstr("may be on the card already")));
  ASSERT_OK(Finish(id, JobState::kDone));
  EXPECT_THAT(Cancel(id), StatusIs(StatusCode::kFailedPrecondition,
                                   "job 1 is over already: It is over."));
}

TEST_F(JobRepositoryTest, CancellingSaysThatAPacketHadGoneBefore) {
  const std::string id = Add({"kiosk-7", "", ""});
  ASSERT_OK(Claim(id));
  ASSERT_OK(Start(id));
  ASSERT_OK(WaitAgain(id, "p1"));
  ASSERT_OK(Cancel(id));
  EXPECT_THAT(Get(id).message, HasSubstr("A packet had gone to the card"));
}

TEST_F(JobRepositoryTest, EveryChangeWritesItsEvent) {
  const std::string id = Add({"kiosk-7", "", ""});
  ASSERT_OK(Claim(id));
  ASSERT_OK(Start(id));
  ASSERT_OK(WaitAgain(id, "p1"));
  ASSERT_OK(Finish(id, JobState::kDone));
  ASSERT_OK(Finish(Add({"kiosk-8", "", ""}), JobState::kFailed));
  ASSERT_OK(Cancel(Add({"", "", "issuer/B"})));
  EXPECT_THAT(
      Events(),
      ElementsAre(
          "job.added 1 kiosk-7 : Load brokerage",
          "job.preparing 1 kiosk-7 : The card has answered; its packet is "
          "made.",
          "job.running 1 kiosk-7 issuer/A: The agent runs the packet.",
          "job.waits 1 kiosk-7 issuer/A: Again.",
          "job.done 1 kiosk-7 issuer/A: It is over.",
          "job.added 2 kiosk-8 : Load brokerage",
          "job.failed 2 kiosk-8 : It is over.",
          "job.added 3  issuer/B: Load brokerage",
          "job.cancelled 3  issuer/B: Cancelled before anything was sent to a "
          "card."));
}

TEST_F(JobRepositoryTest, KeepsWhatAJobIsAbout) {
  NewJob job;
  job.subject.action = JobAction::kUpgrade;
  job.subject.application = "brokerage";
  job.subject.applets = {{{0xF1}, {0xF9}, {0x04}}, {{0xF2}, {}, {}}};
  job.target.agent = "kiosk-7";
  ASSERT_OK(Jobs([&](JobRepository& jobs) { return jobs.Add(job, At()); }));
  EXPECT_EQ(Get("1").subject.action, JobAction::kUpgrade);
  EXPECT_THAT(Get("1").subject.applets,
              ElementsAre(JobApplet{{0xF1}, {0xF9}, {0x04}},
                          JobApplet{{0xF2}, {}, {}}));
  job.subject = JobSubject();
  job.subject.action = JobAction::kDelete;
  job.subject.application_aid = {0xA0, 0xA1};
  ASSERT_OK(Jobs([&](JobRepository& jobs) { return jobs.Add(job, At()); }));
  EXPECT_EQ(Get("2").subject.action, JobAction::kDelete);
  EXPECT_EQ(Get("2").subject.application, "");
  EXPECT_EQ(Get("2").subject.application_aid, Bytes({0xA0, 0xA1}));
}

TEST_F(JobRepositoryTest, AJobOfARevokedAgentSaysSoWhileItHasNoCard) {
  const std::string id = Add({"kiosk-7", "", ""});
  ASSERT_OK(
      db_.database().Execute("INSERT INTO agents VALUES ('kiosk-7', 1, 1, 2)"));
  EXPECT_EQ(Get(id).message,
            "Agent kiosk-7 is revoked: no card of its readers can answer. "
            "Cancel the job, or let the agent in again (cardferry agent add "
            "kiosk-7).");
  ASSERT_OK(db_.database().Execute("UPDATE agents SET revoked_us = NULL"));
  EXPECT_EQ(Get(id).message, "Waits for a card.");
  ASSERT_OK(db_.database().Execute("UPDATE agents SET revoked_us = 2"));
  ASSERT_OK(Claim(id));
  ASSERT_OK(Start(id));
  ASSERT_OK(WaitAgain(id, "p1"));
  EXPECT_EQ(Get(id).message, "Again.");
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
