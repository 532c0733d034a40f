#include "services/sequencer/content_plan.h"

#include "lib/base/status_matchers.h"
#include "services/sequencer/testing/content_plan_fixture.h"

namespace cardferry::sequencer {
namespace {

TEST_F(ContentPlanTest, LoadsAndInstallsOnAnEmptyCard) {
  EXPECT_EQ(Summary(), "load F043464552525901 1.0, install F04346455252590101");
  ASSERT_OK_AND_ASSIGN(const ContentPlan plan,
                       PlanContent(desired_, actual_, origins_, profile_));
  const auto& installation = std::get<InstallStep>(plan.steps[1]).installation;
  EXPECT_EQ(installation.load_file, kBrokerage);
  EXPECT_EQ(installation.module, kBrokerageApplet);
  EXPECT_EQ(installation.instance, kBrokerageApplet);
  EXPECT_EQ(ToHex(installation.privileges), "00");
  EXPECT_EQ(ToHex(installation.parameters), "4142");
  EXPECT_TRUE(plan.HasParameters());
}

TEST_F(ContentPlanTest, HasNothingToDoWhenAllIsThere) {
  ThereIs(kBrokerage, 0x0100);
  IsInstalled(kBrokerageApplet, kBrokerage);
  EXPECT_EQ(Summary(), "nothing to do");
  origins_[kBrokerage] = {brokerage_->content_hash};
  EXPECT_EQ(Summary(), "nothing to do");
}

TEST_F(ContentPlanTest, OnlyInstallsWhenThePackageIsThere) {
  ThereIs(kBrokerage, 0x0100);
  EXPECT_EQ(Summary(), "install F04346455252590101");
}

TEST_F(ContentPlanTest, AVersionThatIsNotToldNeedsAKnownOrigin) {
  ThereIs(kBrokerage, std::nullopt);
  EXPECT_EQ(Refusal(),
            "package F043464552525901 is on the card, and nothing says in "
            "which version or from which file: replace it, or delete it first");
  origins_[kBrokerage] = {brokerage_->content_hash};
  EXPECT_EQ(Summary(), "install F04346455252590101");
}

TEST_F(ContentPlanTest, RefusesAnotherVersion) {
  ThereIs(kBrokerage, 0x0103);
  EXPECT_EQ(Refusal(),
            "package F043464552525901 is on the card in version 1.3, version "
            "1.0 is desired: replace it, or delete it first");
}

TEST_F(ContentPlanTest, RefusesContentThatNobodyKnowsAnyMore) {
  ThereIs(kBrokerage, 0x0100);
  origins_[kBrokerage] = {UnknownContent()};
  EXPECT_EQ(Refusal(),
            "package F043464552525901 is on the card, and nobody knows from "
            "which file: what was sent to the card was not reported to its "
            "end: replace it, or delete it first");
  desired_.packages[0].replace = true;
  EXPECT_EQ(Summary(),
            "delete package F043464552525901, load F043464552525901 1.0, "
            "install F04346455252590101");
}

TEST_F(ContentPlanTest, RefusesOtherContentUnderTheSameAid) {
  ThereIs(kBrokerage, 0x0100);
  origins_[kBrokerage] = {Bytes(32, 0xAB)};
  EXPECT_EQ(Refusal(),
            "package F043464552525901 is on the card with other content (of "
            "CAP file ABABABAB..., not " +
                ToHex(ByteSpan(brokerage_->content_hash).first(4)) +
                "...): replace it, or delete it first");
}

TEST_F(ContentPlanTest, RefusesAnAidThatIsTaken) {
  IsInstalled(kBrokerage, std::nullopt);
  EXPECT_EQ(Refusal(),
            "the AID of package F043464552525901 is taken by an "
            "application");
  actual_.applications.clear();
  IsInstalled(kBrokerageApplet, kLibrary);
  EXPECT_EQ(Refusal(),
            "the AID of applet F04346455252590101 is taken by "
            "another on the card");
  ThereIs(kBrokerage, 0x0100);
  EXPECT_EQ(Refusal(),
            "the AID of applet F04346455252590101 is taken by "
            "another on the card");
  actual_.applications.clear();
  ThereIs(kBrokerageApplet, 0x0100);
  EXPECT_EQ(Refusal(),
            "the AID of applet F04346455252590101 is taken by "
            "another on the card");
}

TEST_F(ContentPlanTest, TakesAnAppletOfUnknownOriginAsOursOnlyWithItsPackage) {
  IsInstalled(kBrokerageApplet, std::nullopt);
  EXPECT_EQ(Refusal(),
            "the AID of applet F04346455252590101 is taken by "
            "another on the card");
  ThereIs(kBrokerage, 0x0100);
  EXPECT_EQ(Summary(), "nothing to do");
}

TEST_F(ContentPlanTest, RefusesAnAppletThatThePackageDoesNotHave) {
  desired_.packages[0].applets[0].module = kGreeterApplet;
  EXPECT_EQ(Refusal(),
            "package F043464552525901 has no applet F04346455252590301");
}

TEST_F(ContentPlanTest, RefusesWhatIsDesiredTwice) {
  desired_.packages.push_back(desired_.packages[0]);
  EXPECT_EQ(Refusal(),
            "the AID F043464552525901 is named twice in what the card should "
            "and should not hold");
  desired_.packages.pop_back();
  std::vector<DesiredApplet>& applets = desired_.packages[0].applets;
  applets.push_back(applets[0]);
  const std::string refusal =
      "the AID F04346455252590101 is named twice in what the card should and "
      "should not hold";
  EXPECT_EQ(Refusal(), refusal);
  applets.pop_back();
  desired_.absent_packages = {kBrokerageApplet};
  EXPECT_EQ(Refusal(), refusal);
}

TEST_F(ContentPlanTest, AnAppletHasAnotherAidThanItsPackage) {
  desired_.packages[0].applets[0].instance = kBrokerage;
  EXPECT_EQ(Refusal(),
            "the AID F043464552525901 is named twice in what the card should "
            "and should not hold");
}

TEST_F(ContentPlanTest, InstallsSeveralInstancesOfOneApplet) {
  desired_.packages[0].applets.push_back(desired_.packages[0].applets[0]);
  desired_.packages[0].applets[1].instance = A("F04346455252590102");
  EXPECT_EQ(Summary(),
            "load F043464552525901 1.0, install F04346455252590101, install "
            "F04346455252590102");
}

class ImportsTest : public ContentPlanTest {
 protected:
  ImportsTest() {
    desired_.packages = {{LoadApplet("greeter.cap"), {Applet(kGreeterApplet)}}};
  }
  const DesiredPackage library_ = {LoadApplet("greetinglib.cap"), {}};
};

TEST_F(ImportsTest, RefusesAPackageWhoseImportIsMissing) {
  EXPECT_EQ(Refusal(),
            "package F043464552525903 1.0 imports F043464552525902 1.0, which "
            "is neither on the card nor desired before it");
}

TEST_F(ImportsTest, TakesAnImportThatIsOnTheCard) {
  ThereIs(kLibrary, 0x0102);  // a later minor version will do
  EXPECT_EQ(Summary(), "load F043464552525903 1.0, install F04346455252590301");
  actual_.load_files.clear();
  ThereIs(kLibrary, std::nullopt);
  EXPECT_EQ(Summary(), "load F043464552525903 1.0, install F04346455252590301");
}

TEST_F(ImportsTest, RefusesAnImportOfAnotherMajorVersion) {
  ThereIs(kLibrary, 0x0200);
  EXPECT_THAT(Refusal(), testing::HasSubstr("imports F043464552525902 1.0"));
}

TEST_F(ImportsTest, LoadsALibraryBeforeWhatImportsIt) {
  desired_.packages.push_back(library_);
  EXPECT_EQ(Summary(),
            "load F043464552525902 1.0, load F043464552525903 1.0, install "
            "F04346455252590301");
  std::swap(desired_.packages[0], desired_.packages[1]);
  EXPECT_EQ(Summary(),
            "load F043464552525902 1.0, load F043464552525903 1.0, install "
            "F04346455252590301");
}

TEST_F(ImportsTest, KnowsThePackagesOfTheMask) {
  profile_.built_in_packages.push_back(FromHexOrDie("F043464552525902"));
  EXPECT_EQ(Summary(), "load F043464552525903 1.0, install F04346455252590301");
  profile_.built_in_packages.clear();
  EXPECT_THAT(Refusal(), testing::HasSubstr("imports A0000000620101 1.6"));
}

TEST_F(ImportsTest, WhatIsOnTheCardNeedsNoImports) {
  ThereIs(A("F043464552525903"), 0x0100);
  IsInstalled(kGreeterApplet, A("F043464552525903"));
  EXPECT_EQ(Summary(), "nothing to do");
}

TEST(ContentPlanSummaryTest, ALoadWithoutParametersHasNone) {
  const DesiredState desired = {{{LoadApplet("greetinglib.cap"), {}}}, {}, {}};
  ASSERT_OK_AND_ASSIGN(const ContentPlan plan,
                       PlanContent(desired, {}, {}, TestProfile("demo", 0x30)));
  EXPECT_FALSE(plan.HasParameters());
  EXPECT_EQ(plan.Summary(), "load F043464552525902 1.0");
}

TEST_F(ContentPlanTest, DataIsLostOnlyWhenSomebodyAllowsIt) {
  ThereIs(kBrokerage, 0x0009);
  IsInstalled(kBrokerageApplet, kBrokerage);
  desired_.packages[0].replace = true;
  const std::string upgrade = Summary();
  stored_[kBrokerageApplet] = {Bytes(32, 1)};
  EXPECT_EQ(Refusal(),
            "replacing its package deletes application F04346455252590101 "
            "with the data that it was given: allow that in the manifest "
            "(allow_data_loss) or with --allow-data-loss");
  desired_.allow_data_loss = true;
  EXPECT_EQ(Summary(), upgrade);
  desired_ = {{}, {kBrokerage}, {}};
  EXPECT_EQ(Summary(),
            "delete F04346455252590101, delete package F043464552525901");
}

}  // namespace
}  // namespace cardferry::sequencer
