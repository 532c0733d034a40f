// Personal data, from the plan through the keyvault's policy to the applet:
// once, and then nothing but reads.
#include "lib/base/status_matchers.h"
#include "tests/sequencer/insertion_test.h"

namespace cardferry::sequencer {
namespace {

using testing::Contains;
using testing::HasSubstr;

// The brokerage applet takes its account by STORE DATA, once.
class PersonalizationTest : public InsertionTest {
 protected:
  PersonalizationTest() { Personalize("DE00 5555"); }

  void Personalize(const std::string& account) {
    const ByteSpan bytes = AsBytes(account);
    desired_.packages[0].applets[0].personal_data = {
        {card::StoreDataFormat::kPlain,
         {{0, Bytes(bytes.begin(), bytes.end())}},
         Bytes(kFingerprintBytes, static_cast<uint8_t>(account.back()))}};
  }

  std::string Account() {
    EXPECT_EQ(Ask("00A4040009F0434645525259010100"), "9000");
    const std::string answer = Ask("8010000000");
    return AsString(FromHexOrDie(answer.substr(0, answer.size() - 4)));
  }
};

INSTANTIATE_TEST_SUITE_P(CardTypes, PersonalizationTest,
                         testing::ValuesIn(CardTypes()), NameOfCardType);

TEST_P(PersonalizationTest, WhatIsInstalledGetsItsDataInTheSameBundle) {
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  // INSTALL, 3 LOAD (4 with S16's MACs), INSTALL; INSTALL, STORE DATA
  EXPECT_EQ(changes_, GetParam().IsS16() ? 8u : 7u);
  EXPECT_EQ(Account(), "DE00 5555");
  const bool macs = (GetParam().level_floor & 0x10) != 0;
  EXPECT_THAT(conclusion.facts,
              Contains(Fact{"application F04346455252590101 has its data",
                            macs ? Assurance::kProven : Assurance::kReported}));
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(changes_, 0u);
}

TEST_P(PersonalizationTest, AnAppletThatIsThereGetsItsDataAlone) {
  const std::vector<PersonalData> data =
      desired_.packages[0].applets[0].personal_data;
  desired_.packages[0].applets[0].personal_data.clear();
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  desired_.packages[0].applets[0].personal_data = data;
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(changes_, 2u);
  EXPECT_EQ(Account(), "DE00 5555");
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(changes_, 0u);
}

TEST_P(PersonalizationTest, WhatTheAppletRefusesIsNotTakenForStored) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  Personalize("DE00 6666");
  for (int i = 0; i < 2; ++i) {
    const Conclusion conclusion = Insert();
    EXPECT_EQ(conclusion.outcome, Outcome::kFailed);
    EXPECT_THAT(conclusion.reason,
                HasSubstr("STORE DATA of F04346455252590101 with 6985"));
    EXPECT_EQ(changes_, 2u);
  }
  EXPECT_EQ(Account(), "DE00 5555");
}

TEST_P(PersonalizationTest, ANewInstanceGetsItsDataAnew) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  desired_.packages[0].file = LoadApplet("brokerage.cap", 1, 1);
  desired_.packages[0].replace = true;
  EXPECT_THAT(Prepare(), StatusIs(absl::StatusCode::kInvalidArgument,
                                  HasSubstr("--allow-data-loss")));
  desired_.allow_data_loss = true;
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_EQ(changes_, GetParam().IsS16() ? 10u : 9u);
  EXPECT_EQ(Account(), "DE00 5555");
}

TEST_P(PersonalizationTest, ConvergesWhereverTheCardIsPulled) {
  const size_t commands = Prepare()->script.size();
  for (size_t answered = 0; answered < commands; ++answered) {
    NewCard();
    EXPECT_EQ(Insert(answered).outcome, Outcome::kUnknown) << answered;
    const Conclusion conclusion = InsertUntilKnown();
    EXPECT_EQ(conclusion.outcome, Outcome::kDone)
        << answered << ": " << conclusion.reason;
    EXPECT_EQ(Account(), "DE00 5555") << answered;
    EXPECT_EQ(Insert().outcome, Outcome::kDone) << answered;
    EXPECT_EQ(changes_, 0u) << answered;
  }
}

}  // namespace
}  // namespace cardferry::sequencer
