// What a sequencer does with what profiles say about types of cards.
#include "lib/base/status_matchers.h"
#include "services/sequencer/sequencer.h"
#include "services/sequencer/testing/sequencer_fixture.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::SizeIs;

using CardTypesTest = SequencerTest;

class Scp02Test : public SequencerTest {
 protected:
  Scp02Test() {
    card_.scp = 2;
    card_.key_version_number = 0x20;
    Serve({Scp02TestProfile("demo", 0x20, 0x15)});
  }
  void CardSays(const std::string& i) {
    card_.card_recognition_data =
        FromHexOrDie("660F730D640B06092A864886FC6B0402" + i);
  }
};

TEST_F(Scp02Test, TheKeyvaultIsToldWhatTheCardSays) {
  CardProfile profile = Scp02TestProfile("demo", 0x20, 0x15);
  profile.match.i = {0x15, 0x55};
  Serve({profile});
  CardSays("55");
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(vault_->handshakes[0].channel_options, 0x55);
  EXPECT_EQ(record_->sequence_counter, 0x1234u);
}

TEST_F(Scp02Test, AndWhatTheProfileSaysWhenTheCardDoesNot) {
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(vault_->handshakes[0].channel_options, 0x15);
  EXPECT_EQ(vault_->handshakes[0].level_floor, 0x03);
}

TEST_F(Scp02Test, ACounterThatFellIsRecordedAndSaid) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  card_.sequence_counter = 0x0007;
  ASSERT_OK_AND_ASSIGN(const auto prepared, sequencer_->Prepare(Request()));
  EXPECT_EQ(
      prepared.notice,
      "the card's sequence counter fell from 4660 to 7: new keys were put "
      "on it, an old answer was kept, or another card has its keys");
  EXPECT_EQ(Insert().record.sequence_counter, 0x0007u);
}

TEST_F(Scp02Test, ACounterThatStaysOrRisesIsNotWorthANotice) {
  ASSERT_OK_AND_ASSIGN(auto prepared, sequencer_->Prepare(Request()));
  EXPECT_EQ(prepared.notice, "");  // nothing was recorded
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  for (const int counter : {0x1234, 0x1235, 0xFFFF}) {
    card_.sequence_counter = static_cast<uint16_t>(counter);
    ASSERT_OK_AND_ASSIGN(prepared, sequencer_->Prepare(Request()));
    EXPECT_EQ(prepared.notice, "") << counter;
  }
}

TEST_F(Scp02Test, OptionsThatContradictTheProfileAreRefused) {
  CardSays("05");
  EXPECT_THAT(sequencer_->Prepare(Request()),
              StatusIs(StatusCode::kInvalidArgument,
                       "no card profile fits this card (ISD A000000151000000, "
                       "SCP02 i 05, key version 20)"));
  EXPECT_THAT(vault_->handshakes, SizeIs(0));
}

TEST_F(Scp02Test, ACardOfUnknownOptionsIsRefused) {
  CardProfile profile = Scp02TestProfile("demo", 0x20, 0x15);
  profile.fallback_i = 0;
  Serve({profile});
  EXPECT_THAT(sequencer_->Prepare(Request()),
              StatusIs(StatusCode::kInvalidArgument,
                       "no card profile fits this card (ISD A000000151000000, "
                       "SCP02 i ?, key version 20)"));
}

TEST_F(CardTypesTest, Scp03CardsSayTheirOptionsThemselves) {
  ASSERT_OK(sequencer_->Prepare(Request()));
  EXPECT_EQ(vault_->handshakes[0].channel_options, 0x00);
}

// Its counter is in no cryptogram: an agent may say any.
TEST_F(CardTypesTest, Scp03CountersAreNotRecorded) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(record_->sequence_counter, std::nullopt);
  record_->sequence_counter = 0x1235;  // as older records have it
  ASSERT_OK_AND_ASSIGN(const auto prepared, sequencer_->Prepare(Request()));
  EXPECT_EQ(prepared.notice, "");
  EXPECT_EQ(Insert().record.sequence_counter, std::nullopt);
}

class MemoryTest : public SequencerTest {
 protected:
  MemoryTest() {
    CardProfile profile = TestProfile("demo", 0x30);
    profile.tells_resources = true;
    Serve({profile});
  }
  const size_t least_ = desired_.packages[0].file->cap.LeastMemory();
};

TEST_F(MemoryTest, ALoadThatCannotFitIsRefused) {
  card_.free_memory = static_cast<uint32_t>(least_ - 1);
  EXPECT_THAT(
      sequencer_->Prepare(Request()),
      StatusIs(StatusCode::kResourceExhausted,
               "the packages take at least " + std::to_string(least_) +
                   " bytes on the card, it says that " +
                   std::to_string(least_ - 1) +
                   " are free: delete something on it, or take one with more "
                   "memory"));
  EXPECT_THAT(vault_->handshakes, SizeIs(0));
  card_.free_memory = static_cast<uint32_t>(least_);
  EXPECT_OK(sequencer_->Prepare(Request()));
}

TEST_F(MemoryTest, ACardThatDoesNotTellIsTried) {
  EXPECT_OK(sequencer_->Prepare(Request()));
}

TEST_F(MemoryTest, APlanThatFreesMemoryFirstIsTried) {
  card_.packages[kBrokerage] = 0x0009;
  desired_.packages[0].replace = true;
  ASSERT_EQ(Insert().outcome, Outcome::kCardDiffers);
  card_.free_memory = 0;
  EXPECT_OK(sequencer_->Prepare(Request()));
}

TEST_F(CardTypesTest, ModulesAreListedWhereTheCardListsThem) {
  card_.lists_modules = true;
  const Conclusion conclusion = Insert();
  ASSERT_EQ(conclusion.outcome, Outcome::kDone);
  EXPECT_THAT(conclusion.content.FindLoadFile(kBrokerage)->modules,
              ElementsAre(kBrokerageApplet));
  card_.lists_modules = false;
  EXPECT_THAT(Insert().content.FindLoadFile(kBrokerage)->modules, SizeIs(0));
}

}  // namespace
}  // namespace cardferry::sequencer
