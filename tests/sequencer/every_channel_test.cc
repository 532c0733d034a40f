// Every variant of every symmetric channel, from job to card: the sequencer and
// the keyvault's domain on one side, the simulated card on the other.
#include "absl/strings/str_format.h"
#include "lib/base/status_matchers.h"
#include "tests/sequencer/insertion_test.h"

namespace cardferry::sequencer {
namespace {

std::vector<CardType> EveryType() {
  std::vector<CardType> types;
  for (const uint8_t i : Bytes{0x05, 0x15}) {
    types.push_back(
        {absl::StrFormat("Scp01I%02X", i), 112, "visa2", i, 0x03, true});
  }
  for (const uint8_t i :
       Bytes{0x04, 0x05, 0x14, 0x15, 0x44, 0x45, 0x54, 0x55}) {
    const bool one_key = (i & 0x01) == 0;
    types.push_back(
        {absl::StrFormat("Scp02I%02X", i), 112, one_key ? "none" : "visa2", i});
    const auto with_rmac = static_cast<uint8_t>(i | 0x20);
    for (const uint8_t level : Bytes{0x11, 0x13}) {
      types.push_back({absl::StrFormat("Scp02I%02XLevel%02X", with_rmac, level),
                       112, one_key ? "none" : "emv-cps", with_rmac, level});
    }
  }
  int key_bits = 128;
  for (const uint8_t s16 : Bytes{0x00, 0x01}) {
    for (const uint8_t i : Bytes{0x00, 0x10, 0x20, 0x30, 0x60, 0x70}) {
      for (const uint8_t level : Bytes{0x03, 0x13, 0x33}) {
        if (level == 0x13 && (i & 0x20) == 0) continue;
        if (level == 0x33 && (i & 0x40) == 0) continue;
        const auto mode = static_cast<uint8_t>(i | s16);
        types.push_back({absl::StrFormat("Scp03I%02XLevel%02X", mode, level),
                         key_bits, "kdf3", mode, level});
        key_bits = key_bits == 256 ? 128 : key_bits + 64;
      }
    }
  }
  return types;
}

class EveryChannelTest : public InsertionTest {};

INSTANTIATE_TEST_SUITE_P(Types, EveryChannelTest,
                         testing::ValuesIn(EveryType()), NameOfCardType);

// An applet whose parameters are personal: never without encryption.
TEST_P(EveryChannelTest, CarriesALoadFromJobToCard) {
  ASSERT_OK_AND_ASSIGN(const Sequencer::Prepared prepared, Prepare());
  EXPECT_EQ(prepared.level, GetParam().level_floor | 0x02);
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_EQ(Ask("00A4040009F0434645525259010100").substr(0, 2), "90");
  EXPECT_EQ(Ask("8010000000"), ToHex(AsBytes(kAccount)) + "9000");
  const bool proves = (GetParam().level_floor & 0x10) != 0;
  EXPECT_EQ(conclusion.content_proven, proves);
  EXPECT_EQ(conclusion.facts.at(0).assurance,
            proves ? Assurance::kProven : Assurance::kReported);
  EXPECT_EQ(conclusion.record.identity_proven, proves);
  EXPECT_FALSE(conclusion.record.issuer_number.empty());
  EXPECT_FALSE(conclusion.record.card_number.empty());
  EXPECT_THAT(conclusion.alarms, testing::IsEmpty());
}

class QuirkTest : public InsertionTest {};

INSTANTIATE_TEST_SUITE_P(Types, QuirkTest,
                         testing::Values(CardType{"Scp03", 128, "kdf3", 0x70,
                                                  0x33}),
                         NameOfCardType);

// A quirk of the profile's reaches the card.
TEST_P(QuirkTest, OfAProfileShapesWhatTheCardGets) {
  ASSERT_OK_AND_ASSIGN(const Sequencer::Prepared plain, Prepare());
  EXPECT_FALSE(plain.script[0].command.le().has_value());
  quirks_.external_authenticate_has_le = true;
  Serve(card::DeleteRelated::kNo);
  ASSERT_OK_AND_ASSIGN(const Sequencer::Prepared quirky, Prepare());
  EXPECT_TRUE(quirky.script[0].command.le().has_value());
}

// By its status word a broken session is told from a card that refuses.
TEST_P(QuirkTest, TheStatusWordOfAWrongMacMeansThatTheSessionIsOver) {
  const auto conclude_broken = [&]() -> absl::StatusOr<Conclusion> {
    auto prepared = Prepare();
    if (!prepared.ok()) return prepared.status();
    card::CommandApdu& third = prepared->script[2].command;
    Bytes data = third.data();
    data.back() ^= 0x01;
    third = *card::CommandApdu::Create(third.header(), data, third.le());
    return sequencer_->Conclude(prepared->state, Run(prepared->script));
  };
  ASSERT_OK_AND_ASSIGN(const Conclusion refused, conclude_broken());
  EXPECT_EQ(refused.outcome, Outcome::kFailed) << refused.reason;
  wrong_mac_ = card::StatusWord(0x6982);  // this card's
  Serve(card::DeleteRelated::kNo);
  ASSERT_OK_AND_ASSIGN(const Conclusion broken, conclude_broken());
  EXPECT_EQ(broken.outcome, Outcome::kUnknown);
  EXPECT_THAT(broken.reason,
              testing::StartsWith("The card did not take the MAC of GET "
                                  "STATUS (6982"));
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
}

}  // namespace
}  // namespace cardferry::sequencer
