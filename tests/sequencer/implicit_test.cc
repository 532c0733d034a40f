// SCP02 with implicit initiation, from job to card: no INITIALIZE UPDATE, no
// EXTERNAL AUTHENTICATE, no encryption, and nothing proven.
#include "absl/strings/str_format.h"
#include "lib/base/status_matchers.h"
#include "tests/sequencer/insertion_test.h"

namespace cardferry::sequencer {
namespace {

std::vector<CardType> ImplicitTypes() {
  std::vector<CardType> types;
  for (const uint8_t i :
       Bytes{0x0A, 0x0B, 0x1A, 0x1B, 0x2A, 0x2B, 0x3A, 0x3B}) {
    types.push_back({absl::StrFormat("Scp02I%02X", i), 112, "none", i, 0x01});
  }
  return types;
}

class ImplicitTest : public InsertionTest {
 protected:
  ImplicitTest() { desired_ = {{Package("greetinglib.cap")}, {}, {}}; }
};

INSTANTIATE_TEST_SUITE_P(Types, ImplicitTest,
                         testing::ValuesIn(ImplicitTypes()), NameOfCardType);

TEST_P(ImplicitTest, ALoadTakesOneBundleAndTheNextOneToo) {
  const Conclusion first = Insert();
  EXPECT_EQ(first.outcome, Outcome::kDone) << first.reason;
  EXPECT_FALSE(first.content_proven);
  EXPECT_EQ(first.facts.at(0).assurance, Assurance::kReported);
  desired_.packages.push_back(Package("tables30.cap"));
  const Conclusion second = Insert();
  EXPECT_EQ(second.outcome, Outcome::kDone) << second.reason;
  EXPECT_EQ(card_->registry().packages().size(), 2u);
}

TEST_P(ImplicitTest, TheFirstCommandBeginsTheSessionByItsMac) {
  ASSERT_OK_AND_ASSIGN(const Sequencer::Prepared prepared, Prepare());
  EXPECT_EQ(prepared.level, 0x01);
  EXPECT_EQ(prepared.script.size(), prepared.state.Commands());
  EXPECT_EQ(prepared.script[0].command.header().ins, 0xF2);
  EXPECT_EQ(prepared.script[0].command.header().cla, 0x84);
}

// It is the card's to be run until the counter is past it.
TEST_P(ImplicitTest, WhileAPacketMayStillBeRunTheCardIsOnlyRead) {
  ASSERT_OK_AND_ASSIGN(const Sequencer::Prepared kept, Prepare());
  EXPECT_GT(kept.changes, 0u);
  const Conclusion reading = Insert();
  EXPECT_EQ(changes_, 0u);
  EXPECT_EQ(reading.outcome, Outcome::kCardDiffers);
  // Now it does no harm any more.
  card_->Reset();
  EXPECT_EQ(Run(kept.script).answers.front().sw, card::StatusWord(0x6982));
  EXPECT_TRUE(card_->registry().packages().empty());
  const Conclusion load = Insert();
  EXPECT_GT(changes_, 0u);
  EXPECT_EQ(load.outcome, Outcome::kDone) << load.reason;
}

TEST_P(ImplicitTest, InstallParametersAreRefusedBeforeAnythingIsSent) {
  desired_ = {{Package("brokerage.cap", kBrokerageApplet, kAccount)}, {}, {}};
  EXPECT_THAT(
      Prepare(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               testing::StartsWith("install parameters go encrypted only")));
}

}  // namespace
}  // namespace cardferry::sequencer
