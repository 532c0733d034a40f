#include "services/orchestrator/repository/packet_repository.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/testing/database_fixture.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PacketRepositoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    db_.AddBrokerage();
    ASSERT_OK(db_.Do([](store::Transaction& tx) {
      return JobRepository(tx).Add(
          DatabaseFixture::BrokerageJob({"kiosk-7", "", ""}), At());
    }));
  }

  static Packet Make(const std::string& id,
                     const std::string& card = "issuer/A",
                     const std::string& reader = "Reader 0") {
    Packet packet;
    packet.id = id;
    packet.job_id = "1";
    packet.opening_id = "o1";
    packet.at = {"kiosk-7", reader};
    packet.card_id = card;
    packet.profile = "generic";
    packet.commands = 12;
    packet.changes = 9;
    packet.bundle_state = {0xB5};
    return packet;
  }
  absl::Status Add(const Packet& packet) {
    return db_.Do([&](store::Transaction& tx) {
      return PacketRepository(tx).Add(packet, At());
    });
  }
  absl::StatusOr<ReportCheck> Report(const std::string& id,
                                     const std::string& agent = "kiosk-7",
                                     const Bytes& transcript = {0x7A}) {
    return db_.Do([&](store::Transaction& tx) {
      return PacketRepository(tx).Report(id, agent, transcript, At(5));
    });
  }
  absl::StatusOr<Packet> Get(const std::string& id) {
    return db_.Do(
        [&](store::Transaction& tx) { return PacketRepository(tx).Get(id); });
  }
  absl::StatusOr<std::vector<std::string>> Unconcluded() {
    return db_.Do([&](store::Transaction& tx) {
      return PacketRepository(tx).Unconcluded({"kiosk-7", "Reader 0"});
    });
  }

  DatabaseFixture db_;
};

TEST_F(PacketRepositoryTest, GivesBackWhatWasAdded) {
  ASSERT_OK(Add(Make("p1")));
  ASSERT_OK(db_.Do([](store::Transaction& tx) {
    return PacketRepository(tx).SetServerTime("p1", absl::Milliseconds(42));
  }));
  ASSERT_OK_AND_ASSIGN(const Packet packet, Get("p1"));
  EXPECT_EQ(packet.job_id, "1");
  EXPECT_EQ(packet.opening_id, "o1");
  EXPECT_EQ(packet.at, (ReaderAddress{"kiosk-7", "Reader 0"}));
  EXPECT_EQ(packet.card_id, "issuer/A");
  EXPECT_EQ(packet.profile, "generic");
  EXPECT_EQ(packet.commands, 12u);
  EXPECT_EQ(packet.changes, 9u);
  EXPECT_EQ(packet.bundle_state, Bytes({0xB5}));
  EXPECT_EQ(packet.state, PacketState::kSent);
  EXPECT_EQ(packet.server_time, absl::Milliseconds(42));
}

TEST_F(PacketRepositoryTest, TakesOneReportAlsoAfterARestart) {
  ASSERT_OK(Add(Make("p1")));
  db_.Reopen();
  EXPECT_THAT(Report("p1"), IsOkAndHolds(ReportCheck::kAccepted));
  EXPECT_THAT(Report("p1"), IsOkAndHolds(ReportCheck::kRepeated));
  ASSERT_OK_AND_ASSIGN(const Packet packet, Get("p1"));
  EXPECT_EQ(packet.state, PacketState::kReported);
  EXPECT_EQ(packet.transcript, Bytes({0x7A}));
}

TEST_F(PacketRepositoryTest, CountsThePacketsThatAJobsAgentsHadNoRoomFor) {
  const auto without_room = [this](const std::string& job) {
    return db_.Do([&](store::Transaction& tx) {
      return PacketRepository(tx).WithoutRoom(job);
    });
  };
  for (const char* id : {"p1", "p2", "p3"}) {
    ASSERT_OK(Add(Make(id)));
    EXPECT_OK(db_.Do([&](store::Transaction& tx) {
      return PacketRepository(tx).SetTrouble(id, "full", id[1] != '2');
    }));
  }
  EXPECT_THAT(without_room("1"), IsOkAndHolds(2));
  EXPECT_THAT(without_room("2"), IsOkAndHolds(0));
}

TEST_F(PacketRepositoryTest, RefusesOtherAgentsAndUnknownPackets) {
  ASSERT_OK(Add(Make("p1")));
  EXPECT_THAT(Report("p1", "kiosk-8"), IsOkAndHolds(ReportCheck::kForeign));
  EXPECT_THAT(Report("p2"), IsOkAndHolds(ReportCheck::kUnknown));
  EXPECT_THAT(Report("p1"), IsOkAndHolds(ReportCheck::kAccepted));
}

TEST_F(PacketRepositoryTest, ForgetsWhatIsOpaqueOnceConcluded) {
  ASSERT_OK(Add(Make("p1")));
  ASSERT_OK(Report("p1"));
  EXPECT_THAT(Unconcluded(), IsOkAndHolds(ElementsAre("p1")));
  ASSERT_OK(db_.Do([](store::Transaction& tx) {
    return PacketRepository(tx).Conclude("p1");
  }));
  EXPECT_THAT(Unconcluded(), IsOkAndHolds(IsEmpty()));
  ASSERT_OK_AND_ASSIGN(const Packet packet, Get("p1"));
  EXPECT_EQ(packet.state, PacketState::kConcluded);
  EXPECT_THAT(packet.transcript, IsEmpty());
  EXPECT_THAT(packet.bundle_state, IsEmpty());
  EXPECT_THAT(Report("p1"), IsOkAndHolds(ReportCheck::kRepeated));
}

TEST_F(PacketRepositoryTest, FindsReportsThatNobodyConcludes) {
  const auto since = [&](int seconds) {
    const auto found = db_.Do([&](store::Transaction& tx) {
      return PacketRepository(tx).UnconcludedSince(At(seconds));
    });
    EXPECT_OK(found);
    return found.ok() && found->size() == 1 ? (*found)[0].id : "none";
  };
  ASSERT_OK(Add(Make("p1")));
  EXPECT_EQ(since(100), "none");
  ASSERT_OK(Report("p1"));  // at 5 s
  EXPECT_EQ(since(4), "none");
  EXPECT_EQ(since(5), "p1");
  ASSERT_OK(Add(Make("p2")));
  EXPECT_EQ(since(100), "none");
}

TEST_F(PacketRepositoryTest, ANewPacketOfTheSameCardEndsTheOldOne) {
  ASSERT_OK(Add(Make("p1")));
  ASSERT_OK(Add(Make("p2", "issuer/A", "Reader 9")));
  EXPECT_THAT(Report("p1"), IsOkAndHolds(ReportCheck::kAbandoned));
  EXPECT_THAT(Report("p2"), IsOkAndHolds(ReportCheck::kAccepted));
}

TEST_F(PacketRepositoryTest, ANewPacketAtTheSameReaderEndsTheOldOne) {
  ASSERT_OK(Add(Make("p1")));
  ASSERT_OK(Add(Make("p2", "issuer/B")));
  EXPECT_THAT(Report("p1"), IsOkAndHolds(ReportCheck::kAbandoned));
}

TEST_F(PacketRepositoryTest, PacketsElsewhereGoOn) {
  ASSERT_OK(Add(Make("p1")));
  ASSERT_OK(Add(Make("p2", "issuer/B", "Reader 1")));
  EXPECT_THAT(Report("p1"), IsOkAndHolds(ReportCheck::kAccepted));
}

TEST_F(PacketRepositoryTest, AReportThatWasNotConcludedIsOutOfDateToo) {
  ASSERT_OK(Add(Make("p1")));
  ASSERT_OK(Report("p1"));
  ASSERT_OK(Add(Make("p2")));
  EXPECT_THAT(Unconcluded(), IsOkAndHolds(IsEmpty()));
  ASSERT_OK_AND_ASSIGN(const Packet packet, Get("p1"));
  EXPECT_THAT(packet.transcript, IsEmpty());
}

}  // namespace
}  // namespace cardferry::orchestrator
