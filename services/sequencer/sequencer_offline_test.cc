// Sequencer: packets for cards that are not there. That cards take them is
// shown in tests/sequencer.
#include "lib/base/status_matchers.h"
#include "services/sequencer/testing/sequencer_fixture.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;

class SequencerOfflineTest : public SequencerTest {
 protected:
  // A card that was read and holds nothing.
  SequencerOfflineTest() {
    record_ = CardRecord{kCardId, sequencer_->profiles()[0].factory_content};
    record_->cplc = Bytes(42, 0xCF);
  }

  absl::StatusOr<std::vector<Sequencer::OfflinePacket>> Prepare(
      size_t attempts = 1) {
    return sequencer_->PrepareOffline(
        {"kiosk-1", kCardId, "demo", desired_, *record_, attempts});
  }

  static uint8_t InsOf(const card::ScriptCommand& command) {
    return command.command.header().ins;
  }
};

TEST_F(SequencerOfflineTest, TheProbeComparesBeforeAnythingIsAuthenticated) {
  ASSERT_OK_AND_ASSIGN(const auto packets, Prepare());
  ASSERT_EQ(packets.size(), 1u);
  const card::Script& probe = packets[0].probe;
  ASSERT_EQ(probe.size(), 3u);
  EXPECT_EQ(InsOf(probe[0]), 0xA4);
  EXPECT_EQ(InsOf(probe[1]), 0xCA);
  EXPECT_EQ(InsOf(probe[2]), 0x50);
  for (const card::ScriptCommand& command : probe) {
    EXPECT_EQ(command.on_mismatch, card::OnMismatch::kStop);
    EXPECT_EQ(command.accepted,
              std::vector<card::StatusWordPattern>{card::StatusWordPattern{}});
  }
  EXPECT_EQ(probe[1].expected,
            card::ExpectedData(card::ExactData{
                Concat({FromHexOrDie("9F7F2A"), Bytes(42, 0xCF)})}));
  EXPECT_EQ(probe[2].expected,
            card::ExpectedData(card::ExactData{
                Concat({Bytes(10, 0x11), FromHexOrDie("300370"), Bytes(8, 10),
                        Bytes(8, 0xCC), Bytes{0, 0, 10}})}));
  EXPECT_EQ(InsOf(packets[0].prepared.script[0]), 0x82);
  EXPECT_EQ(packets[0].prepared.changes, 5u);
  EXPECT_EQ(packets[0].report_until, absl::FromUnixSeconds(2000));
}

TEST_F(SequencerOfflineTest, ACardWithoutProductionDataIsKnownByItsAnswer) {
  record_->cplc.clear();
  ASSERT_OK_AND_ASSIGN(const auto packets, Prepare());
  ASSERT_EQ(packets[0].probe.size(), 2u);
  EXPECT_EQ(InsOf(packets[0].probe[1]), 0x50);
}

TEST_F(SequencerOfflineTest, AttemptsAreForEverySecondCounter) {
  ASSERT_OK_AND_ASSIGN(const auto packets, Prepare(3));
  ASSERT_EQ(vault_->predictions.size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(vault_->predictions[i].ahead, 2 * i + 1);
    EXPECT_EQ(vault_->predictions[i].agent, "kiosk-1");
    EXPECT_EQ(vault_->predictions[i].key_set, "demo-keys");
    EXPECT_EQ(vault_->predictions[i].key_diversification_data, Bytes(10, 0x11));
    EXPECT_EQ(vault_->predictions[i].content, vault_->predictions[0].content);
  }
  EXPECT_EQ(vault_->predictions[0].content.size(), 32u);
  desired_.packages[0].applets[0].parameters = FromHexOrDie("4143");
  ASSERT_OK(Prepare());
  EXPECT_NE(vault_->predictions[3].content, vault_->predictions[0].content);
}

TEST_F(SequencerOfflineTest, WantsACardThatWasRead) {
  record_->snapshot.reset();
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_TRUE(vault_->predictions.empty());
}

TEST_F(SequencerOfflineTest, WantsAChannelThatCanBeForeseen) {
  CardProfile profile = TestProfile("demo", 0x30);
  profile.match.i = {0x71};
  Serve({profile});
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kFailedPrecondition));
  profile.match.scp = 2;
  profile.match.i = {0x1A};
  Serve({profile});
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_TRUE(vault_->predictions.empty());
}

TEST_F(SequencerOfflineTest, HasNothingToPrepareForACardThatHoldsAll) {
  desired_ = DesiredState();
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(SequencerOfflineTest, DeletesOnlyWhatTheAgentCanCompare) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  desired_ = DesiredState();
  desired_.absent_packages = {kBrokerage};
  EXPECT_OK(Prepare());
  vault_->raise = 0x30;
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(SequencerOfflineTest, RefusesNumbersAndNamesThatAreNone) {
  EXPECT_THAT(Prepare(0), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Prepare(9), StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(sequencer_->PrepareOffline(
                  {"kiosk-1", kCardId, "none", desired_, *record_}),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(sequencer_->PrepareOffline(
                  {"kiosk-1", kCardId, "other", desired_, *record_}),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(SequencerOfflineTest, BesideALivePacketACardIsOnlyRead) {
  vault_->live_packets = 2;
  ASSERT_OK_AND_ASSIGN(const auto prepared, sequencer_->Prepare(Request()));
  EXPECT_EQ(prepared.changes, 0u);
  EXPECT_EQ(prepared.live_packets, 2u);
  EXPECT_TRUE(prepared.state.reads_first);
  EXPECT_EQ(prepared.summary, "read the card first");
}

}  // namespace
}  // namespace cardferry::sequencer
