#include "services/orchestrator/repository/ended_jobs.h"

#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/packet_repository.h"
#include "services/orchestrator/repository/testing/database_fixture.h"

namespace cardferry::orchestrator {
namespace {

class EndedJobsTest : public ::testing::Test {
 protected:
  EndedJobsTest() { db_.AddBrokerage(); }

  std::string Add() {
    NewJob job = DatabaseFixture::BrokerageJob({"kiosk-7", "", ""});
    job.subject.applets = {{{0xF1}, {}, {}}};
    const auto id = db_.Do([&](store::Transaction& tx) {
      return JobRepository(tx).Add(job, At());
    });
    EXPECT_OK(id);
    return id.value_or("");
  }
  // Runs a packet for the job, which ends `seconds` after the start.
  void End(const std::string& id, int seconds) {
    Packet packet;
    packet.id = "p" + id;
    packet.job_id = id;
    packet.opening_id = "o1";
    packet.card_id = "issuer/A";
    EXPECT_OK(db_.Do([&](store::Transaction& tx) -> absl::Status {
      JobRepository jobs(tx);
      RETURN_IF_ERROR(jobs.Claim(id, "o1", At()));
      RETURN_IF_ERROR(jobs.Start(packet, At()));
      RETURN_IF_ERROR(PacketRepository(tx).Add(packet, At()));
      return jobs.Finish(id, std::nullopt,
                         {JobState::kDone, "Done.", {{"loaded", true}}},
                         At(seconds));
    }));
  }
  absl::StatusOr<int64_t> Forget(int before) {
    return db_.Do([&](store::Transaction& tx) {
      return EndedJobs(tx).Forget(At(before));
    });
  }
  int64_t Rows(const std::string& table) {
    const auto row = db_.database().QueryOne("SELECT COUNT(*) FROM " + table);
    EXPECT_OK(row);
    int64_t count = 0;
    if (row.ok()) EXPECT_OK(row->Read(count));
    return count;
  }

  DatabaseFixture db_;
};

TEST_F(EndedJobsTest, AJobGoesWithAllThatBelongsToIt) {
  const std::string old = Add();
  const std::string newer = Add();
  const std::string waiting = Add();
  End(old, 10);
  End(newer, 20);
  EXPECT_THAT(Forget(10), IsOkAndHolds(0));
  EXPECT_THAT(Forget(20), IsOkAndHolds(1));
  EXPECT_EQ(Rows("jobs"), 2);
  EXPECT_EQ(Rows("job_applets"), 2);
  EXPECT_EQ(Rows("job_facts"), 1);
  EXPECT_EQ(Rows("packets"), 1);
  EXPECT_THAT(db_.Do([&](store::Transaction& tx) {
    return JobRepository(tx).Get(old);
  }),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_OK(db_.Do(
      [&](store::Transaction& tx) { return JobRepository(tx).Get(newer); }));
  // Its number is given to no other.
  EXPECT_EQ(Add(), "4");
}

TEST_F(EndedJobsTest, OneThatIsNotOverIsKeptHoweverOldItIs) {
  Add();
  EXPECT_THAT(Forget(1'000'000'000), IsOkAndHolds(0));
  EXPECT_EQ(Rows("jobs"), 1);
}

TEST_F(EndedJobsTest, AReportOfAForgottenPacketIsOfNone) {
  End(Add(), 10);
  ASSERT_THAT(Forget(11), IsOkAndHolds(1));
  EXPECT_THAT(db_.Do([](store::Transaction& tx) {
    return PacketRepository(tx).Report("p1", "kiosk-7", {0x7A}, At());
  }),
              IsOkAndHolds(ReportCheck::kUnknown));
}

TEST_F(EndedJobsTest, ForgetsAPageAtATimeTheOldestFirst) {
  ASSERT_OK(db_.database().Execute(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
      "i < 150) INSERT INTO jobs (action, package_aid, application_aid, "
      "agent, reader, card_id, state, since_us, message, created_us, "
      "ended_us) SELECT 3, 'F0', '', '', '', 'issuer/A', 4, 0, '', 0, "
      "1000 - i FROM n"));
  EXPECT_THAT(Forget(0), IsOkAndHolds(EndedJobs::kPage));
  EXPECT_THAT(db_.Do([](store::Transaction& tx) {
    return JobRepository(tx).Get("51");
  }),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_OK(db_.Do(
      [](store::Transaction& tx) { return JobRepository(tx).Get("50"); }));
  EXPECT_THAT(Forget(0), IsOkAndHolds(50));
}

// A table that names jobs and is not looked after would keep them for ever.
TEST_F(EndedJobsTest, KnowsEveryTableThatNamesJobs) {
  const auto rows = db_.database().Query(
      "SELECT DISTINCT m.name FROM sqlite_master m, "
      "pragma_foreign_key_list(m.name) f WHERE f.\"table\" = 'jobs'");
  ASSERT_OK(rows);
  std::set<std::string> tables;
  for (const store::Row& row : *rows) {
    std::string name;
    ASSERT_OK(row.Read(name));
    tables.insert(name);
  }
  EXPECT_EQ(tables,
            (std::set<std::string>{"job_applets", "job_facts", "packets",
                                   "prepared_jobs", "prepared_packets"}));
}

}  // namespace
}  // namespace cardferry::orchestrator
