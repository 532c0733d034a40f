// Life-cycle states, privileges and security domains, from the plan through
// the keyvault's policy to the card: each once, and then nothing but reads.
#include "lib/base/status_matchers.h"
#include "tests/sequencer/insertion_test.h"

namespace cardferry::sequencer {
namespace {

using testing::Contains;
using testing::Field;

const card::Aid kDomain = *card::Aid::FromHex("F0434645525344");
const card::Aid kBrokeragePackage = *card::Aid::FromHex("F043464552525901");

// Every test begins with a card that has been loaded, and a vault that lets
// through SECURITY_DOMAIN and CARD_RESET.
class RegistryTest : public InsertionTest {
 protected:
  RegistryTest() : InsertionTest(/*allowed_privileges=*/0x840000) {}

  void SetUp() override {
    const Conclusion loaded = Insert();
    ASSERT_EQ(loaded.outcome, Outcome::kDone) << loaded.reason;
  }

  DesiredApplet& applet() { return desired_.packages[0].applets[0]; }

  // So many commands that change the card, and after that none.
  Conclusion ReachesIt(size_t changes) {
    const Conclusion conclusion = Insert();
    EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
    EXPECT_EQ(changes_, changes);
    EXPECT_EQ(Insert().outcome, Outcome::kDone);
    EXPECT_EQ(changes_, 0u);
    return conclusion;
  }

  const cardsim::Application& OnCard(const card::Aid& aid) const {
    for (const auto& one : card_->registry().applications()) {
      if (one.aid == aid) return one;
    }
    ADD_FAILURE() << aid.ToHex() << " is not on the card";
    return card_->registry().applications()[0];
  }

  void DesireADomain() {
    desired_.domains = {{*card::Aid::FromHex("A0000001515350"),
                         {*card::Aid::FromHex("A000000151535041"),
                          kDomain,
                          {0x80, 0x00, 0x00},
                          {}}}};
  }
};

INSTANTIATE_TEST_SUITE_P(CardTypes, RegistryTest,
                         testing::ValuesIn(CardTypes()), NameOfCardType);

TEST_P(RegistryTest, AnAppletIsLockedAndUnlocked) {
  applet().life_cycle = DesiredLifeCycle::kLocked;
  const Conclusion locked = ReachesIt(1);
  EXPECT_TRUE(OnCard(kBrokerageApplet).locked());
  EXPECT_THAT(locked.facts, Contains(Field(&Fact::text,
                                           "application F04346455252590101 is "
                                           "locked")));
  EXPECT_EQ(Ask("00A4040009F0434645525259010100"), "6A82");
  applet().life_cycle = DesiredLifeCycle::kSelectable;
  ReachesIt(1);
  EXPECT_EQ(Ask("00A4040009F0434645525259010100"), "9000");
}

TEST_P(RegistryTest, AnAppletBecomesTheDefaultAndIsNotAnyMore) {
  applet().privileges = {0x04};
  applet().update_privileges = true;
  ReachesIt(1);
  EXPECT_TRUE(OnCard(kBrokerageApplet).default_selected());
  applet().privileges = {0x00};
  ReachesIt(1);
  EXPECT_FALSE(OnCard(kBrokerageApplet).default_selected());
}

TEST_P(RegistryTest, ASecurityDomainIsMadeAndGetsPackageAndApplet) {
  DesireADomain();
  applet().security_domain = kDomain;
  desired_.packages[0].security_domain = kDomain;
  const Conclusion conclusion = ReachesIt(3);
  EXPECT_EQ(OnCard(kBrokerageApplet).domain, kDomain);
  EXPECT_EQ(card_->registry().packages()[0].domain, kDomain);
  EXPECT_TRUE(OnCard(kDomain).is_domain());
  EXPECT_THAT(conclusion.facts,
              Contains(Field(&Fact::text,
                             "application F04346455252590101 belongs to "
                             "security domain F0434645525344")));
}

TEST_P(RegistryTest, ANewCardGetsAllInOneBundle) {
  DesireADomain();
  applet().security_domain = kDomain;
  applet().life_cycle = DesiredLifeCycle::kLocked;
  applet().privileges = {0x04};
  NewCard();
  // INSTALL, INSTALL, 3 LOAD (4 with S16's MACs), INSTALL, extradition, lock
  ReachesIt(GetParam().IsS16() ? 9 : 8);
  EXPECT_TRUE(OnCard(kBrokerageApplet).locked());
  EXPECT_TRUE(OnCard(kBrokerageApplet).default_selected());
  EXPECT_EQ(OnCard(kBrokerageApplet).domain, kDomain);
}

TEST_P(RegistryTest, ThePolicyHasTheLastWordOnPrivileges) {
  applet().privileges = {0x00, 0x10, 0x00};  // GLOBAL_DELETE
  applet().update_privileges = true;
  EXPECT_THAT(Prepare(), StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_P(RegistryTest, ConvergesWhereverTheCardIsPulled) {
  DesireADomain();
  applet().security_domain = kDomain;
  applet().life_cycle = DesiredLifeCycle::kLocked;
  const DesiredState wanted = desired_;
  const DesiredState first = {
      {Package("brokerage.cap", kBrokerageApplet, kAccount)}, {}, {}};
  const size_t commands = Prepare()->script.size();
  for (size_t answered = 0; answered < commands; ++answered) {
    NewCard();
    desired_ = first;
    ASSERT_EQ(Insert().outcome, Outcome::kDone);
    desired_ = wanted;
    EXPECT_EQ(Insert(answered).outcome, Outcome::kUnknown) << answered;
    const Conclusion conclusion = InsertUntilKnown();
    EXPECT_EQ(conclusion.outcome, Outcome::kDone)
        << answered << ": " << conclusion.reason;
    EXPECT_TRUE(OnCard(kBrokerageApplet).locked()) << answered;
    EXPECT_EQ(OnCard(kBrokerageApplet).domain, kDomain) << answered;
  }
}

}  // namespace
}  // namespace cardferry::sequencer
