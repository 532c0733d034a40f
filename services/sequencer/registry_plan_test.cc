// What a plan does to the entries of a card's registry.
#include "services/sequencer/registry_plan.h"

#include "services/sequencer/testing/content_plan_fixture.h"

namespace cardferry::sequencer {
namespace {

using testing::HasSubstr;

const card::Aid kIsd = TestProfile("demo", 0x30).match.isd_aid;
const card::Aid kDomain = A("F0434645525344");
const card::Aid kOther = A("F04346455252590202");
const card::Aid kDomainPackage = A("A0000001515350");
const card::Aid kDomainModule = A("A000000151535041");

// The brokerage package and its applet are on the card, SELECTABLE, unless a
// test says otherwise.
class RegistryPlanTest : public ContentPlanTest {
 protected:
  RegistryPlanTest() {
    ThereIs(kBrokerage, 0x0100);
    actual_.load_files.back().security_domain = kIsd;
    IsInstalled(kBrokerageApplet, kBrokerage);
    entry().life_cycle = 0x07;
    entry().privileges = {0x00};
    entry().security_domain = kIsd;
  }

  card::StatusEntry& entry() { return actual_.applications[0]; }
  DesiredApplet& applet() { return desired_.packages[0].applets[0]; }

  void ThereIsADomain() {
    actual_.applications.push_back(Entry(kDomain));
    actual_.applications.back().privileges = {0x80, 0x00, 0x00};
    actual_.applications.back().security_domain = kIsd;
  }
  static PersonalData Data(uint8_t number) {
    return {
        card::StoreDataFormat::kDgi, {{0x0101, {number}}}, Bytes(32, number)};
  }
  static DesiredDomain Domain(const card::Aid& aid) {
    return {kDomainPackage, {kDomainModule, aid, {0x80}, {}}};
  }
};

TEST_F(RegistryPlanTest, WhatIsAsItShouldBeNeedsNothing) {
  applet().life_cycle = DesiredLifeCycle::kSelectable;
  applet().update_privileges = true;
  applet().security_domain = kIsd;
  desired_.packages[0].security_domain = kIsd;
  EXPECT_EQ(Summary(), "nothing to do");
}

TEST_F(RegistryPlanTest, AnAppletIsLockedAndUnlocked) {
  applet().life_cycle = DesiredLifeCycle::kLocked;
  EXPECT_EQ(Summary(), "lock F04346455252590101");
  entry().life_cycle = 0x87;
  EXPECT_EQ(Summary(), "nothing to do");
  applet().life_cycle = DesiredLifeCycle::kSelectable;
  EXPECT_EQ(Summary(), "unlock F04346455252590101");
  applet().life_cycle = DesiredLifeCycle::kAny;
  EXPECT_EQ(Summary(), "nothing to do");
}

TEST_F(RegistryPlanTest, AnInstalledAppletIsMadeSelectable) {
  entry().life_cycle = 0x03;
  EXPECT_EQ(Summary(), "nothing to do");
  applet().life_cycle = DesiredLifeCycle::kSelectable;
  EXPECT_EQ(Summary(), "make F04346455252590101 selectable");
  entry().life_cycle = 0x83;
  EXPECT_EQ(Summary(),
            "unlock F04346455252590101, make F04346455252590101 selectable");
}

TEST_F(RegistryPlanTest, ANewAppletIsLockedAfterItsInstallation) {
  actual_ = {};
  applet().life_cycle = DesiredLifeCycle::kLocked;
  EXPECT_EQ(Summary(),
            "load F043464552525901 1.0, install F04346455252590101, lock "
            "F04346455252590101");
}

TEST_F(RegistryPlanTest, PrivilegesAreUpdatedOnlyWhenThatIsAskedFor) {
  applet().privileges = {0x04};
  EXPECT_EQ(Summary(), "nothing to do");
  applet().update_privileges = true;
  EXPECT_EQ(Summary(), "set privileges of F04346455252590101");
  entry().privileges = {0x04, 0x00, 0x00};
  EXPECT_EQ(Summary(), "nothing to do");
}

TEST_F(RegistryPlanTest, PrivilegesThatTheCardHidesAreNotUpdated) {
  applet().update_privileges = true;
  entry().privileges = {};
  EXPECT_THAT(Refusal(), HasSubstr("does not tell the privileges"));
}

TEST_F(RegistryPlanTest, TheDefaultMovesFromOneApplicationToAnother) {
  actual_.applications.push_back(Entry(kOther));
  actual_.applications.back().privileges = {0x04};
  applet().privileges = {0x04};
  applet().update_privileges = true;
  EXPECT_EQ(Refusal(),
            "application F04346455252590202 on the card is selected by "
            "default: name it without CARD_RESET and with update_privileges, "
            "so that F04346455252590101 can be");
  desired_.applications = {{kOther, kOther, {0x00}, {}}};
  desired_.applications[0].update_privileges = true;
  EXPECT_EQ(Summary(),
            "set privileges of F04346455252590202, set privileges of "
            "F04346455252590101");
}

TEST_F(RegistryPlanTest, TwoDefaultsAreRefused) {
  applet().privileges = {0x04};
  applet().update_privileges = true;
  desired_.packages[0].applets.push_back(applet());
  desired_.packages[0].applets[1].instance = kOther;
  EXPECT_THAT(Refusal(), HasSubstr("cannot both be selected by default"));
}

TEST_F(RegistryPlanTest, NoUpdateMakesOrUnmakesASecurityDomain) {
  applet().privileges = {0x80};
  applet().update_privileges = true;
  EXPECT_THAT(Refusal(), HasSubstr("is no security domain, and no update"));
  entry().privileges = {0x80};
  applet().privileges = {0x00};
  EXPECT_THAT(Refusal(), HasSubstr("is a security domain, and stays one"));
}

TEST_F(RegistryPlanTest, ASecurityDomainIsMadeBeforeWhatBelongsToIt) {
  desired_.domains = {Domain(kDomain)};
  applet().security_domain = kDomain;
  desired_.packages[0].security_domain = kDomain;
  EXPECT_EQ(Summary(),
            "install F0434645525344, give F043464552525901 to F0434645525344, "
            "give F04346455252590101 to F0434645525344");
  actual_ = {};
  EXPECT_EQ(Summary(),
            "install F0434645525344, load F043464552525901 1.0, install "
            "F04346455252590101, give F043464552525901 to F0434645525344, "
            "give F04346455252590101 to F0434645525344");
}

TEST_F(RegistryPlanTest, ASecurityDomainThatIsThereIsLeftAsItIs) {
  ThereIsADomain();
  desired_.domains = {Domain(kDomain)};
  applet().security_domain = kDomain;
  EXPECT_EQ(Summary(), "give F04346455252590101 to F0434645525344");
  entry().security_domain = kDomain;
  EXPECT_EQ(Summary(), "nothing to do");
  actual_.applications[1].privileges = {0x00};
  entry().security_domain = kIsd;
  EXPECT_EQ(Refusal(),
            "application F0434645525344 on the card is no security domain");
}

TEST_F(RegistryPlanTest, WhatIsNoSecurityDomainGetsNothing) {
  applet().security_domain = kDomain;
  EXPECT_EQ(Refusal(),
            "F0434645525344 is no security domain: neither on the card nor in "
            "what it should hold");
  ThereIsADomain();
  EXPECT_EQ(Summary(), "give F04346455252590101 to F0434645525344");
}

TEST_F(RegistryPlanTest, WhatTheCardDoesNotTellIsNotGuessed) {
  ThereIsADomain();
  applet().security_domain = kDomain;
  entry().security_domain = std::nullopt;
  EXPECT_THAT(Refusal(), HasSubstr("does not tell which security domain "
                                   "F04346455252590101 belongs to"));
}

TEST_F(RegistryPlanTest, ACircleOfSecurityDomainsIsRefused) {
  desired_.domains = {Domain(kDomain), Domain(kOther)};
  desired_.domains[0].domain.security_domain = kOther;
  EXPECT_EQ(Summary(),
            "install F0434645525344, install F04346455252590202, give "
            "F0434645525344 to F04346455252590202");
  desired_.domains[1].domain.security_domain = kDomain;
  EXPECT_EQ(Refusal(), "security domain F0434645525344 would belong to itself");
}

TEST_F(RegistryPlanTest, AnApplicationThatHasToBeThereIsNotInstalled) {
  desired_.applications = {{kOther, kOther, {0x00}, {}}};
  EXPECT_EQ(Refusal(),
            "application F04346455252590202 is not on the card, and nothing "
            "says what to install it from: name it in its package");
  actual_.applications.push_back(Entry(kOther));
  actual_.applications.back().life_cycle = 0x07;
  desired_.applications[0].life_cycle = DesiredLifeCycle::kLocked;
  EXPECT_EQ(Summary(), "lock F04346455252590202");
}

TEST_F(RegistryPlanTest, ThePackageOfASecurityDomainHasItsAidForItself) {
  ThereIs(kDomain, 0x0100);
  desired_.domains = {Domain(kDomain)};
  EXPECT_EQ(Refusal(),
            "the AID of security domain F0434645525344 is taken by a package");
}

TEST_F(RegistryPlanTest, AnApplicationIsGivenItsDataOnce) {
  applet().personal_data = {Data(1), Data(2)};
  EXPECT_EQ(Summary(),
            "personalize F04346455252590101, personalize F04346455252590101");
  stored_[kBrokerageApplet] = {Bytes(32, 1)};
  EXPECT_EQ(Summary(), "personalize F04346455252590101");
  stored_[kBrokerageApplet] = {Bytes(32, 2), Bytes(32, 1)};
  EXPECT_EQ(Summary(), "nothing to do");
  stored_[kBrokerageApplet] = {};  // nobody knows what
  EXPECT_EQ(Summary(),
            "personalize F04346455252590101, personalize F04346455252590101");
}

TEST_F(RegistryPlanTest, WhatIsInstalledAnewHasNoData) {
  applet().personal_data = {Data(1)};
  stored_[kBrokerageApplet] = {Bytes(32, 1)};
  actual_ = {};
  EXPECT_EQ(Summary(),
            "load F043464552525901 1.0, install F04346455252590101, "
            "personalize F04346455252590101");
}

TEST_F(RegistryPlanTest, AnApplicationIsOpenedForItsDataAndLockedAgain) {
  applet().personal_data = {Data(1)};
  entry().life_cycle = 0x87;
  EXPECT_EQ(Refusal(),
            "application F04346455252590101 is locked, and cannot be given "
            "its data: say which life_cycle it shall have");
  applet().life_cycle = DesiredLifeCycle::kLocked;
  EXPECT_EQ(Summary(),
            "unlock F04346455252590101, personalize F04346455252590101, lock "
            "F04346455252590101");
  entry().life_cycle = 0x03;
  EXPECT_EQ(Summary(),
            "make F04346455252590101 selectable, personalize "
            "F04346455252590101, lock F04346455252590101");
  applet().life_cycle = DesiredLifeCycle::kAny;
  EXPECT_THAT(Refusal(), HasSubstr("is not selectable yet"));
}

}  // namespace
}  // namespace cardferry::sequencer
