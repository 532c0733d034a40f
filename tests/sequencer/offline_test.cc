// A load whose packet was made before the card came: the sequencer and the
// keyvault's domain on one side, the simulated card with its own channel code
// on the other.
#include <memory>

#include "lib/base/status_matchers.h"
#include "lib/store/testing/temporary_database.h"
#include "services/keyvault/database_ledger.h"
#include "tests/sequencer/insertion_test.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::SizeIs;

std::vector<CardType> PredictableTypes() {
  return {{"Scp03", 256, "kdf3", 0x10},
          {"Scp03REnc", 128, "kdf3", 0x70, 0x33},
          {"Scp02", 112, "emv-cps", 0x55}};
}

struct LedgerHolder {
  store::TemporaryDatabase file;
  std::unique_ptr<keyvault::DatabaseLedger> ledger =
      *keyvault::DatabaseLedger::Open(file.url());
};

class OfflineTest : private LedgerHolder, public InsertionTest {
 protected:
  OfflineTest() : InsertionTest(/*allowed_privileges=*/0, ledger.get()) {}

  // The card has been read in a session before, and holds nothing.
  void SetUp() override {
    const DesiredState wanted = std::exchange(desired_, DesiredState());
    ASSERT_EQ(Insert().outcome, Outcome::kDone);
    desired_ = wanted;
  }

  absl::StatusOr<std::vector<Sequencer::OfflinePacket>> PrepareOffline(
      size_t attempts = 3) {
    return sequencer_->PrepareOffline(
        {"kiosk", record_->card_id, "demo", desired_, *record_, attempts});
  }

  // As an agent does without a network: each probe until one goes through.
  // The number of the packet that was run.
  std::optional<size_t> RunStored(
      const std::vector<Sequencer::OfflinePacket>& packets) {
    for (size_t i = 0; i < packets.size(); ++i) {
      card_->Reset();
      probe_ = Run(packets[i].probe);
      if (probe_.end != card::RunEnd::kDone) continue;
      transcript_ = Run(packets[i].prepared.script);
      return i;
    }
    return std::nullopt;
  }

  void InitializeUpdate() {
    card_->Reset();
    Ask("00A4040008A000000151000000");
    EXPECT_EQ(Ask("8050000008010203040506070800").substr(0, 2), "00");
  }

  bool IsScp02() const { return GetParam().IsScp02(); }

  card::Transcript probe_;
  card::Transcript transcript_;
};

INSTANTIATE_TEST_SUITE_P(CardTypes, OfflineTest,
                         testing::ValuesIn(PredictableTypes()), NameOfCardType);

TEST_P(OfflineTest, AStoredPacketLoadsTheCardWithoutAQuestion) {
  ASSERT_OK_AND_ASSIGN(const auto packets, PrepareOffline());
  EXPECT_THAT(packets, SizeIs(IsScp02() ? 1 : 3));
  ASSERT_EQ(RunStored(packets), 0u);
  ASSERT_OK_AND_ASSIGN(
      const Conclusion conclusion,
      sequencer_->Conclude(packets[0].prepared.state, transcript_));
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_EQ(Ask("00A4040009F0434645525259010100").substr(0, 2), "90");
  EXPECT_EQ(Ask("8010000000"), ToHex(AsBytes(kAccount)) + "9000");
  // Afterwards it is served as ever.
  record_ = conclusion.record;
  ASSERT_OK_AND_ASSIGN(const auto online, Prepare());
  EXPECT_EQ(online.live_packets, IsScp02() ? 0u : 2u);
}

TEST_P(OfflineTest, OtherInitializeUpdatesAreOutlived) {
  ASSERT_OK_AND_ASSIGN(const auto packets, PrepareOffline());
  InitializeUpdate();
  InitializeUpdate();
  EXPECT_EQ(RunStored(packets), IsScp02() ? 0u : 2u);
  EXPECT_EQ(transcript_.end, card::RunEnd::kDone);
}

TEST_P(OfflineTest, ACounterOutsideTheWindowGetsNothing) {
  ASSERT_OK_AND_ASSIGN(const auto packets, PrepareOffline(1));
  if (IsScp02()) {
    // The packet has run: its counter is spent.
    ASSERT_EQ(RunStored(packets), 0u);
  } else {
    InitializeUpdate();
  }
  EXPECT_EQ(RunStored(packets), std::nullopt);
  EXPECT_EQ(probe_.end, card::RunEnd::kStopped);
}

TEST_P(OfflineTest, AnotherCardIsLeftAlone) {
  ASSERT_OK_AND_ASSIGN(const auto packets, PrepareOffline());
  NewCard(/*master_bit_flip=*/0x10);
  EXPECT_EQ(RunStored(packets), std::nullopt);
  EXPECT_EQ(probe_.end, card::RunEnd::kStopped);
}

TEST_P(OfflineTest, TheCardIsReadFirstWhileAPacketIsLive) {
  ASSERT_OK(PrepareOffline(2));
  desired_.packages = {Package("greetinglib.cap")};
  const Conclusion first = Insert();
  EXPECT_EQ(first.outcome, Outcome::kCardDiffers);
  EXPECT_EQ(changes_, 0u);
  // SCP02's counter is shown by the session after it, SCP03's moves by one at a
  // time: the packets are for the next one and the third.
  EXPECT_EQ(Insert().outcome,
            IsScp02() ? Outcome::kDone : Outcome::kCardDiffers);
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
}

TEST_P(OfflineTest, NothingElseIsPreparedWhileAPacketIsLive) {
  ASSERT_OK(PrepareOffline());
  desired_.packages = {Package("greetinglib.cap")};
  EXPECT_THAT(PrepareOffline(), StatusIs(StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace cardferry::sequencer
