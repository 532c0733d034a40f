#include "services/orchestrator/operators/offline_desk.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/fake_clock.h"
#include "services/orchestrator/job_data/job_data.h"
#include "services/orchestrator/job_data/sealed_packet.h"
#include "services/orchestrator/job_data/testing/test_box.h"
#include "services/orchestrator/repository/agent_repository.h"
#include "services/orchestrator/repository/card_repository.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/prepared_repository.h"
#include "services/orchestrator/repository/testing/database_fixture.h"
#include "services/orchestrator/sequencing/testing/fake_sequencer.h"

namespace cardferry::orchestrator {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kCard[] = "issuer/A";

class OfflineDeskTest : public ::testing::Test {
 protected:
  // A card that is known, an agent, and job 1, which waits for the card.
  OfflineDeskTest() {
    db_.AddBrokerage();
    EXPECT_OK(db_.Do([&](store::Transaction& tx) -> absl::Status {
      RETURN_IF_ERROR(AgentRepository(tx).Saw("kiosk-7", At()));
      RETURN_IF_ERROR(CardRepository(tx).Saw(kCard, "generic", At()));
      JobRepository jobs(tx);
      ASSIGN_OR_RETURN(
          const std::string id,
          jobs.Add(DatabaseFixture::BrokerageJob({"", "", kCard}), At()));
      ASSIGN_OR_RETURN(const Bytes sealed,
                       SealJobData(TestBox(), id, Bytes{0x31}));
      return jobs.SetInstallParameters(id, sealed);
    }));
  }

  absl::StatusOr<Job> Prepare(uint32_t attempts = 2,
                              absl::Duration time = absl::ZeroDuration()) {
    return desk_.Prepare({"1", "kiosk-7", attempts, time});
  }
  template <typename Work>
  auto Cards(Work work) {
    return db_.Do([&](store::Transaction& tx) {
      CardRepository cards(tx);
      return work(cards);
    });
  }
  absl::StatusOr<std::vector<PreparedPacket>> Unstored() {
    return db_.Do([&](store::Transaction& tx) {
      return PreparedRepository(tx).Unstored("kiosk-7", clock_.Now());
    });
  }

  DatabaseFixture db_;
  FakeSequencer sequencer_;
  JobBoard board_;
  FakeClock clock_;
  SystemRandom random_;
  std::vector<std::string> given_;
  OfflineDesk desk_{
      {db_.database(), sequencer_, board_, clock_, TestBox(), random_,
       [this](const std::string& agent) { given_.push_back(agent); }}};
};

TEST_F(OfflineDeskTest, LeavesThePacketsAtTheAgent) {
  ASSERT_OK_AND_ASSIGN(const Job job, Prepare());
  EXPECT_EQ(job.state, JobState::kPrepared);
  EXPECT_EQ(job.prepared->agent, "kiosk-7");
  EXPECT_EQ(job.prepared->until, clock_.Now() + OfflineDesk::kUsualTime);
  EXPECT_THAT(job.message, HasSubstr("(load it): waits at agent kiosk-7"));
  EXPECT_THAT(given_, ElementsAre("kiosk-7"));
  ASSERT_EQ(sequencer_.offline().size(), 2u) << "once without its load file";
  EXPECT_EQ(sequencer_.offline()[1].attempts, 2u);
  EXPECT_EQ(sequencer_.offline()[1].card_id, kCard);
  EXPECT_EQ(sequencer_.offline()[1].profile, "generic");
}

TEST_F(OfflineDeskTest, WhatLiesInTheDatabaseIsSealed) {
  ASSERT_OK(Prepare());
  ASSERT_OK_AND_ASSIGN(const auto sealed, Unstored());
  ASSERT_EQ(sealed.size(), 1u);
  EXPECT_EQ(sealed[0].attempts[0].probe.size(),
            5 + crypto::SealedBox::kOverhead);
  ASSERT_OK_AND_ASSIGN(const PreparedPacket packet,
                       OpenPacket(TestBox(), sealed[0]));
  ASSERT_EQ(packet.attempts.size(), 2u);
  EXPECT_EQ(AsString(packet.attempts[1].probe), "probe");
  EXPECT_EQ(AsString(packet.attempts[1].scripts[0]), "script");
  EXPECT_NE(packet.attempts[0].packet_id, packet.attempts[1].packet_id);
}

TEST_F(OfflineDeskTest, NothingIsPreparedForACardInDoubt) {
  ASSERT_OK(Cards([](CardRepository& cards) { return cards.Doubt(kCard); }));
  EXPECT_THAT(Prepare(),
              StatusIs(StatusCode::kFailedPrecondition,
                       "what card issuer/A holds is in doubt: a packet that "
                       "was to change it was made, and nothing has been read "
                       "since. Insert the card at a connected reader, where "
                       "the job is done after a look at the card"));
  EXPECT_THAT(sequencer_.offline(), IsEmpty());
  ASSERT_OK(Cards([](CardRepository& cards) {
    return cards.SetContent(kCard, {1}, {}, true);
  }));
  ASSERT_OK(Prepare());
  // From now on it is.
  EXPECT_THAT(
      Cards([](CardRepository& cards) { return cards.IsInDoubt(kCard); }),
      IsOkAndHolds(true));
}

TEST_F(OfflineDeskTest, NothingIsPreparedForAStoppedCard) {
  ASSERT_OK(Cards([](CardRepository& cards) {
    return cards.Stop(kCard, "generic", "kiosk-7", At());
  }));
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(sequencer_.offline(), IsEmpty());
}

TEST_F(OfflineDeskTest, NeitherTooOftenNorForTooLong) {
  EXPECT_THAT(Prepare(9), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Prepare(1, OfflineDesk::kLongestTime + absl::Seconds(1)),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Prepare(1, -absl::Seconds(1)),
              StatusIs(StatusCode::kInvalidArgument));
  ASSERT_OK_AND_ASSIGN(const Job job, Prepare(8, OfflineDesk::kLongestTime));
  EXPECT_EQ(job.prepared->until, clock_.Now() + OfflineDesk::kLongestTime);
}

TEST_F(OfflineDeskTest, WhatTheSequencerRefusesLeavesTheJobAsItWas) {
  sequencer_.FailPrepare(absl::FailedPreconditionError("random challenges"));
  EXPECT_THAT(Prepare(),
              StatusIs(StatusCode::kFailedPrecondition, "random challenges"));
  EXPECT_THAT(given_, IsEmpty());
  EXPECT_THAT(Unstored(), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(
      Cards([](CardRepository& cards) { return cards.IsInDoubt(kCard); }),
      IsOkAndHolds(false));
}

}  // namespace
}  // namespace cardferry::orchestrator
