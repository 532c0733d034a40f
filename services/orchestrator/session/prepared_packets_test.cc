#include "services/orchestrator/session/prepared_packets.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/job_data/sealed_packet.h"
#include "services/orchestrator/repository/packet_repository.h"
#include "services/orchestrator/repository/prepared_repository.h"
#include "services/orchestrator/session/testing/session_fixture.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class PreparedPacketsTest : public SessionFixture {
 protected:
  // A job for this card, whose packet waits for it at kiosk-7 for an hour.
  std::string AddPrepared(const std::string& packet_id,
                          const std::string& card = "issuer/A") {
    const std::string job = AddJob({"", "", card});
    Prepare(job, packet_id, card);
    return job;
  }
  void Prepare(const std::string& job, const std::string& packet_id,
               const std::string& card = "issuer/A") {
    ASSERT_OK_AND_ASSIGN(
        const PreparedPacket sealed,
        SealPacket(TestBox(), {job,
                               "kiosk-7",
                               clock_.Now() + absl::Hours(1),
                               {{packet_id, {1}, {{2}, {3}}}}}));
    Packet packet;
    packet.id = packet_id;
    packet.job_id = job;
    packet.at = {"kiosk-7", kStoredReader};
    packet.card_id = card;
    packet.state = PacketState::kPrepared;
    ASSERT_OK(db_.Do([&](store::Transaction& tx) -> absl::Status {
      RETURN_IF_ERROR(PacketRepository(tx).AddPrepared(packet, At()));
      RETURN_IF_ERROR(PreparedRepository(tx).Add(sealed, card));
      return JobRepository(tx).Prepare(packet, "Prepared.", At());
    }));
  }
  // The agent says that it has these; what it is told, as words.
  std::string Say(const std::vector<std::string>& ids) {
    EXPECT_OK(
        PreparedPackets(context_).OnStored("kiosk-7", ids, given_, link_));
    last_.clear();
    for (const ToAgent& message : link_.sent()) {
      const auto* stored = std::get_if<GiveStored>(&message);
      if (stored != nullptr) last_.push_back(stored->packet);
    }
    return link_.Take();
  }
  std::vector<std::string> LeaveBehind(const std::string& card) {
    return db_
        .Do([&](store::Transaction& tx) {
          return PreparedPackets::LeaveBehind(tx, card, At());
        })
        .value();
  }

  RecordingLink link_;
  std::set<std::string> given_;
  std::vector<PreparedPacket> last_;  // what was given
};

TEST_F(PreparedPacketsTest, WhatIsMissingIsGivenOnceAndOpened) {
  const std::string job = AddPrepared("P1");
  EXPECT_EQ(Say({}), "stored");
  ASSERT_EQ(last_.size(), 1u);
  EXPECT_EQ(StoredIdOf(last_[0]), "P1");
  EXPECT_EQ(last_[0].attempts[0].probe, Bytes{1});
  EXPECT_THAT(last_[0].attempts[0].scripts, ElementsAre(Bytes{2}, Bytes{3}));
  EXPECT_EQ(Say({}), "") << "it is on its way";
  EXPECT_EQ(Say({"P1"}), "");
  EXPECT_TRUE(GetJob(job).prepared->stored);
}

TEST_F(PreparedPacketsTest, AnOldOneIsForgottenBeforeTheNewOneIsGiven) {
  const std::string job = AddPrepared("P1");
  Say({});
  Say({"P1"});
  EXPECT_THAT(LeaveBehind("issuer/A"), ElementsAre(job));
  Prepare(job, "P2");
  // The agent's list of before.
  EXPECT_EQ(Say({"P1"}), "forget | stored");
  EXPECT_FALSE(GetJob(job).prepared->stored);
  EXPECT_EQ(StoredIdOf(last_[0]), "P2");
  EXPECT_EQ(Say({"P2"}), "");
  EXPECT_TRUE(GetJob(job).prepared->stored);
}

TEST_F(PreparedPacketsTest, AJobWhosePacketIsLostWaitsAgain) {
  const std::string job = AddPrepared("P1");
  Say({});
  Say({"P1"});
  EXPECT_THAT(told_, IsEmpty());
  EXPECT_EQ(Say({}), "");
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_THAT(GetJob(job).message, StartsWith("The agent has lost the packet"));
  EXPECT_FALSE(GetJob(job).prepared->stored);
  EXPECT_THAT(told_,
              ElementsAre(std::pair(std::string("issuer/A"), std::string())));
  // A late report counts all the same.
  ASSERT_OK(db_.Do([&](store::Transaction& tx) -> absl::Status {
    ASSIGN_OR_RETURN(const Packet packet, PacketRepository(tx).Get("P1"));
    return PreparedPackets::Ran(tx, packet, At());
  }));
  EXPECT_EQ(GetJob(job).state, JobState::kRunning);
}

TEST_F(PreparedPacketsTest, WhatCannotBeOpenedIsNotGiven) {
  const std::string job = AddPrepared("P1");
  const std::string other = AddPrepared("P2", "issuer/B");
  ASSERT_OK(db_.database().Execute(
      "UPDATE prepared_packets SET probe = (SELECT probe FROM "
      "prepared_packets WHERE packet_id = 'P2') WHERE packet_id = 'P1'"));
  EXPECT_EQ(Say({}), "stored");
  EXPECT_EQ(StoredIdOf(last_[0]), "P2");
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_THAT(GetJob(job).message, HasSubstr("data_key_file"));
  EXPECT_EQ(GetJob(other).state, JobState::kPrepared);
}

TEST_F(PreparedPacketsTest, IsGivenAFewAtATime) {
  for (int i = 0; i < 5; ++i) {
    AddPrepared("P" + std::to_string(i), "issuer/" + std::to_string(i));
  }
  EXPECT_EQ(Say({}), "stored | stored | stored | stored");
  EXPECT_EQ(Say({"P0"}), "stored");
}

TEST_F(PreparedPacketsTest, WhatIsLeftBehindWaitsOrIsCancelled) {
  const std::string job = AddPrepared("P1");
  const std::string unwanted = AddPrepared("P2");
  ASSERT_OK(db_.Do([&](store::Transaction& tx) {
    return JobRepository(tx).Cancel(unwanted, At());
  }));
  EXPECT_THAT(LeaveBehind("issuer/B"), IsEmpty());
  EXPECT_THAT(LeaveBehind("issuer/A"), ElementsAre(job, unwanted));
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_FALSE(GetJob(job).prepared.has_value());
  EXPECT_EQ(GetJob(unwanted).state, JobState::kCancelled);
  EXPECT_THAT(db_.Do([](store::Transaction& tx) {
    return PacketRepository(tx).Report("P1", "kiosk-7", {1}, At());
  }),
              IsOkAndHolds(ReportCheck::kAbandoned));
}

TEST_F(PreparedPacketsTest, OneThatHasExpiredIsForgottenAndItsJobWaits) {
  const std::string job = AddPrepared("P1");
  Say({});
  Say({"P1"});
  clock_.Advance(absl::Minutes(59));
  ASSERT_OK(PreparedPackets(context_).Expire(clock_.Now()));
  EXPECT_EQ(GetJob(job).state, JobState::kPrepared);
  clock_.Advance(absl::Minutes(1));
  ASSERT_OK(PreparedPackets(context_).Expire(clock_.Now()));
  EXPECT_EQ(GetJob(job).state, JobState::kWaiting);
  EXPECT_EQ(told_.size(), 1u);
  EXPECT_EQ(Say({"P1"}), "forget");
}

}  // namespace
}  // namespace cardferry::orchestrator
