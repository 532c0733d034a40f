#include "services/orchestrator/repository/prepared_repository.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/packet_repository.h"
#include "services/orchestrator/repository/testing/database_fixture.h"

namespace cardferry::orchestrator {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PreparedRepositoryTest : public ::testing::Test {
 protected:
  // Job 1 is prepared at kiosk-7 for card A, until At(100).
  void SetUp() override {
    db_.AddBrokerage();
    ASSERT_OK(db_.Do([&](store::Transaction& tx) -> absl::Status {
      JobRepository jobs(tx);
      RETURN_IF_ERROR(
          jobs.Add(DatabaseFixture::BrokerageJob({"", "", "issuer/A"}, {1}),
                   At())
              .status());
      for (const char* id : {"P1", "P2"}) {
        RETURN_IF_ERROR(PacketRepository(tx).AddPrepared(PacketOf(id), At()));
      }
      RETURN_IF_ERROR(PreparedRepository(tx).Add(
          {"1",
           "kiosk-7",
           At(100),
           {{"P1", {1}, {{2}, {3}}}, {"P2", {4}, {{5}}}}},
          "issuer/A"));
      return jobs.Prepare(PacketOf("P2"), "Prepared.", At());
    }));
  }

  static Packet PacketOf(const std::string& id) {
    Packet packet;
    packet.id = id;
    packet.job_id = "1";
    packet.at = {"kiosk-7", kStoredReader};
    packet.card_id = "issuer/A";
    packet.commands = 12;
    packet.changes = 9;
    packet.state = PacketState::kPrepared;
    return packet;
  }
  template <typename Work>
  auto Prepared(Work work) {
    return db_.Do([&](store::Transaction& tx) {
      PreparedRepository prepared(tx);
      return work(prepared);
    });
  }
  template <typename Work>
  auto Jobs(Work work) {
    return db_.Do([&](store::Transaction& tx) {
      JobRepository jobs(tx);
      return work(jobs);
    });
  }
  Job GetJob() {
    return Jobs([](JobRepository& jobs) { return jobs.Get("1"); }).value();
  }
  std::vector<PreparedPacket> Unstored(absl::Time now = At(50)) {
    return Prepared([now](PreparedRepository& p) {
             return p.Unstored("kiosk-7", now);
           })
        .value();
  }

  DatabaseFixture db_;
};

TEST_F(PreparedRepositoryTest, AJobShowsWhereItsPacketWaits) {
  const Job job = GetJob();
  EXPECT_EQ(job.state, JobState::kPrepared);
  EXPECT_EQ(job.commands_total, 12u);
  EXPECT_EQ(job.rounds, 1u);
  ASSERT_TRUE(job.prepared.has_value());
  EXPECT_EQ(job.prepared->agent, "kiosk-7");
  EXPECT_EQ(job.prepared->until, At(100));
  EXPECT_FALSE(job.prepared->stored);
  EXPECT_FALSE(job.cancel_requested);
}

TEST_F(PreparedRepositoryTest, GivesItsAgentWhatItHasNotSaidToHave) {
  const std::vector<PreparedPacket> packets = Unstored();
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_EQ(packets[0].job_id, "1");
  EXPECT_EQ(packets[0].expires_at, At(100));
  ASSERT_EQ(packets[0].attempts.size(), 2u);
  EXPECT_EQ(packets[0].attempts[0].packet_id, "P1");
  EXPECT_EQ(packets[0].attempts[0].probe, Bytes{1});
  EXPECT_THAT(packets[0].attempts[0].scripts, ElementsAre(Bytes{2}, Bytes{3}));
  EXPECT_THAT(Unstored(At(100)), IsEmpty());
  EXPECT_THAT(Prepared([](PreparedRepository& p) {
                return p.Unstored("kiosk-8", At(50));
              }),
              IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Prepared([](PreparedRepository& p) {
                return p.Stored("kiosk-7", {"1", "2"});
              }),
              IsOkAndHolds(ElementsAre("2")));
  EXPECT_TRUE(GetJob().prepared->stored);
  EXPECT_THAT(Unstored(), IsEmpty());
  EXPECT_THAT(Prepared([](PreparedRepository& p) {
                return p.Stored("kiosk-8", {"1"});
              }),
              IsOkAndHolds(ElementsAre("1")));
}

TEST_F(PreparedRepositoryTest, ExpiresForTheJobNotForAReport) {
  const auto expired = [&](absl::Time now) {
    return Prepared([now](PreparedRepository& p) { return p.Expired(now); });
  };
  EXPECT_THAT(expired(At(99)), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(expired(At(100)), IsOkAndHolds(ElementsAre("1")));
  ASSERT_OK(Jobs([](JobRepository& jobs) {
    return jobs.Unprepare("1", "Expired.", At(100));
  }));
  EXPECT_EQ(GetJob().state, JobState::kWaiting);
  EXPECT_THAT(expired(At(100)), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(db_.Do([](store::Transaction& tx) {
    return PacketRepository(tx).Report("P1", "kiosk-7", {1}, At(500));
  }),
              IsOkAndHolds(ReportCheck::kAccepted));
  ASSERT_OK(Jobs([](JobRepository& jobs) {
    return jobs.StartPrepared(PacketOf("P1"), At(500));
  }));
  EXPECT_EQ(GetJob().state, JobState::kRunning);
}

TEST_F(PreparedRepositoryTest, OnlineWorkLeavesPreparedPacketsAlone) {
  Packet online = PacketOf("P3");
  online.state = PacketState::kSent;
  ASSERT_OK(db_.Do([&](store::Transaction& tx) {
    return PacketRepository(tx).Add(online, At(5));
  }));
  EXPECT_THAT(db_.Do([](store::Transaction& tx) {
    return PacketRepository(tx).Report("P2", "kiosk-7", {1}, At(9));
  }),
              IsOkAndHolds(ReportCheck::kAccepted));
  ASSERT_OK(db_.Do([](store::Transaction& tx) {
    return PacketRepository(tx).AbandonPrepared("1");
  }));
  EXPECT_THAT(db_.Do([](store::Transaction& tx) {
    return PacketRepository(tx).Report("P1", "kiosk-7", {1}, At(9));
  }),
              IsOkAndHolds(ReportCheck::kAbandoned));
}

TEST_F(PreparedRepositoryTest, ToCancelItIsAWish) {
  const auto cancel = [&] {
    return Jobs([](JobRepository& jobs) { return jobs.Cancel("1", At(9)); });
  };
  ASSERT_OK(cancel());
  EXPECT_EQ(GetJob().state, JobState::kWaiting);
  EXPECT_TRUE(GetJob().cancel_requested);
  EXPECT_THAT(cancel(), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(Jobs([](JobRepository& jobs) {
                return jobs.Prepare(PacketOf("P2"), "Again.", At(10));
              }),
              StatusIs(StatusCode::kFailedPrecondition));
  ASSERT_OK(Jobs([](JobRepository& jobs) {
    return jobs.Finish("1", std::nullopt,
                       {JobState::kCancelled, "Cancelled.", {}}, At(11));
  }));
  EXPECT_EQ(GetJob().state, JobState::kCancelled);
  EXPECT_TRUE(IsOver(GetJob().state));
}

TEST_F(PreparedRepositoryTest, IsRemovedWhole) {
  EXPECT_THAT(
      Prepared([](PreparedRepository& p) { return p.JobsOf("issuer/A"); }),
      IsOkAndHolds(ElementsAre("1")));
  ASSERT_OK(Prepared([](PreparedRepository& p) { return p.Remove("1"); }));
  EXPECT_THAT(
      Prepared([](PreparedRepository& p) { return p.JobsOf("issuer/A"); }),
      IsOkAndHolds(IsEmpty()));
  EXPECT_FALSE(GetJob().prepared.has_value());
  EXPECT_THAT(Unstored(), IsEmpty());
}

}  // namespace
}  // namespace cardferry::orchestrator
