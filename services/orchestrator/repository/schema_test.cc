#include "services/orchestrator/repository/schema.h"

#include <memory>
#include <optional>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/store/testing/temporary_database.h"
#include "services/orchestrator/repository/card_repository.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/packet_repository.h"
#include "services/orchestrator/repository/testing/database_fixture.h"

namespace cardferry::orchestrator {
namespace {

TEST(Schema, IsAppliedOnceAndStaysThroughARestart) {
  DatabaseFixture db;
  db.AddBrokerage();
  db.Reopen();
  EXPECT_OK(db.database().QueryOne("SELECT name FROM applications"));
}

TEST(Schema, AJobsApplicationIsRegistered) {
  DatabaseFixture db;
  EXPECT_THAT(db.Do([](store::Transaction& tx) {
    return JobRepository(tx).Add(
        DatabaseFixture::BrokerageJob({"kiosk-7", "", ""}), At());
  }),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

// A database as the first release left it.
class OldDatabaseTest : public ::testing::Test {
 protected:
  OldDatabaseTest() {
    std::vector<store::Migration> first = Schema();
    first.resize(5);
    Open(first);
    for (const char* statement :
         {"INSERT INTO load_files VALUES ('CA', 'CA', 'F0', '1.0', 'F1', 300)",
          "INSERT INTO applications VALUES ('brokerage', 'CA')",
          "INSERT INTO jobs (application, install_parameters, agent, reader, "
          "card_id, state, message, rounds, created_us) VALUES "
          "('brokerage', '31', 'kiosk-7', 'Reader 0', 'issuer/A', 3, 'It "
          "runs.', 2, 1000000)",
          "INSERT INTO job_facts VALUES (1, 0, 'loaded', 1)",
          "INSERT INTO packets (id, job, opening_id, agent, reader, card_id, "
          "profile, commands, changes, bundle_state, state) VALUES ('p1', 1, "
          "'o1', 'kiosk-7', 'Reader 0', 'issuer/A', 'generic', 12, 9, 'B5', 1)",
          "INSERT INTO agents VALUES ('kiosk-7', 5000000)",
          "INSERT INTO cards VALUES ('issuer/A', 1, 2, 'generic', '', 0)",
          "INSERT INTO cards VALUES ('issuer/C', 1, 2, 'generic', '', 0)",
          "INSERT INTO card_stops VALUES ('issuer/A', 'kiosk-7', 3)",
          "INSERT INTO card_stops VALUES ('issuer/B', 'kiosk-7', 7)",
          "INSERT INTO card_stops VALUES ('issuer/B', 'kiosk-8', 9)"}) {
      EXPECT_OK(database_->Execute(statement)) << statement;
    }
    Open(Schema());
  }

  void Open(const std::vector<store::Migration>& migrations) {
    database_.reset();
    store::DatabaseOptions options;
    options.url = place_.url();
    auto opened = store::Database::Open(options, migrations);
    ASSERT_OK(opened);
    database_ = *std::move(opened);
  }
  template <typename Work>
  auto Do(Work&& work) {
    return database_->Write(std::forward<Work>(work));
  }

  store::TemporaryDatabase place_;
  std::unique_ptr<store::Database> database_;
};

TEST_F(OldDatabaseTest, KeepsItsJobsWithAllThatBelongsToThem) {
  ASSERT_OK_AND_ASSIGN(const Job job, Do([](store::Transaction& tx) {
                         return JobRepository(tx).Get("1");
                       }));
  EXPECT_EQ(job.subject.application, "brokerage");
  EXPECT_EQ(job.subject.action, JobAction::kLoad);
  EXPECT_EQ(job.state, JobState::kRunning);
  EXPECT_EQ(job.rounds, 2u);
  EXPECT_EQ(job.facts, (std::vector<Fact>{{"loaded", true}}));
  EXPECT_THAT(Do([](store::Transaction& tx) {
                return JobRepository(tx).InstallParameters("1");
              }),
              IsOkAndHolds(Bytes({0x00, 0x31})));
}

TEST_F(OldDatabaseTest, StillAwaitsTheReportsOfItsPackets) {
  EXPECT_THAT(Do([](store::Transaction& tx) {
                return PacketRepository(tx).Report("p1", "kiosk-7", {0x7A},
                                                   At());
              }),
              IsOkAndHolds(ReportCheck::kAccepted));
}

TEST_F(OldDatabaseTest, GoesOnWithTheNextJobNumberAndKeepsItsRules) {
  const auto add = [&](const char* application) {
    return Do([&](store::Transaction& tx) {
      NewJob job = DatabaseFixture::BrokerageJob({"kiosk-7", "", ""});
      job.subject.application = application;
      return JobRepository(tx).Add(job, At());
    });
  };
  EXPECT_THAT(add("brokerage"), IsOkAndHolds("2"));
  EXPECT_THAT(add("none"), StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(
      database_->Execute("INSERT INTO job_facts VALUES (99, 0, 'x', 1)"),
      StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(database_->Execute("UPDATE packets SET job = 99"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(OldDatabaseTest, ServesItsAgentsOn) {
  ASSERT_OK_AND_ASSIGN(
      const store::Row row,
      database_->QueryOne("SELECT added_us, revoked_us FROM agents"));
  std::optional<int64_t> added;
  std::optional<int64_t> revoked;
  ASSERT_OK(row.Read(added, revoked));
  EXPECT_EQ(added, 5000000);
  EXPECT_EQ(revoked, std::nullopt);
}

TEST_F(OldDatabaseTest, DoubtsTheCardsWhosePacketsWereNotConcluded) {
  const auto in_doubt = [this](const char* card) {
    return Do([&](store::Transaction& tx) {
      return CardRepository(tx).IsInDoubt(card);
    });
  };
  EXPECT_THAT(in_doubt("issuer/A"), IsOkAndHolds(true));
  EXPECT_THAT(in_doubt("issuer/C"), IsOkAndHolds(false));
}

TEST_F(OldDatabaseTest, ListsItsStoppedCards) {
  ASSERT_OK_AND_ASSIGN(const std::vector<Card> cards,
                       Do([](store::Transaction& tx) {
                         return CardRepository(tx).List({}, "", 9);
                       }));
  ASSERT_EQ(cards.size(), 3u);
  EXPECT_EQ(cards[0].profile, "generic");
  EXPECT_EQ(cards[1].id, "issuer/B");
  EXPECT_TRUE(cards[1].stopped);
  EXPECT_EQ(cards[1].first_seen, absl::FromUnixMicros(7));
  EXPECT_EQ(cards[1].last_seen, absl::FromUnixMicros(9));
}

}  // namespace
}  // namespace cardferry::orchestrator
