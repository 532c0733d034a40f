// What of a card's content goes, seen in the plans that are made of it.
#include "services/sequencer/unwanted.h"

#include "lib/base/status_matchers.h"
#include "services/sequencer/testing/content_plan_fixture.h"

namespace cardferry::sequencer {
namespace {

class ReplacementTest : public ContentPlanTest {
 protected:
  ReplacementTest() { desired_.packages[0].replace = true; }
  const std::string replaced_ =
      "delete F04346455252590101, delete package F043464552525901, load "
      "F043464552525901 1.0, install F04346455252590101";
};

TEST_F(ReplacementTest, AnotherVersionGoesWithItsApplets) {
  ThereIs(kBrokerage, 0x0103);
  IsInstalled(kBrokerageApplet, kBrokerage);
  EXPECT_EQ(Summary(), replaced_);
}

TEST_F(ReplacementTest, OtherContentGoesWithItsApplets) {
  ThereIs(kBrokerage, 0x0100);
  IsInstalled(kBrokerageApplet, kBrokerage);
  origins_[kBrokerage] = {Bytes(32, 0xAB)};
  EXPECT_EQ(Summary(), replaced_);
}

TEST_F(ReplacementTest, WhatNobodyKnowsGoes) {
  ThereIs(kBrokerage, std::nullopt);
  IsInstalled(kBrokerageApplet, std::nullopt);  // presumed to be of it
  EXPECT_EQ(Summary(), replaced_);
}

TEST_F(ReplacementTest, TheSameContentStays) {
  ThereIs(kBrokerage, 0x0100);
  IsInstalled(kBrokerageApplet, kBrokerage);
  origins_[kBrokerage] = {brokerage_->content_hash};
  EXPECT_EQ(Summary(), "nothing to do");
}

TEST_F(ReplacementTest, TheSameVersionOfUnknownOriginCountsAsTheSame) {
  ThereIs(kBrokerage, 0x0100);
  IsInstalled(kBrokerageApplet, kBrokerage);
  EXPECT_EQ(Summary(), "nothing to do");
}

TEST_F(ReplacementTest, TheSameVersionWithoutAnAppletOfTheFileGoes) {
  ThereIs(kBrokerage, 0x0100);
  actual_.load_files[0].modules = {A("F04346455252590102")};
  EXPECT_EQ(Summary(),
            "delete package F043464552525901, load F043464552525901 1.0, "
            "install F04346455252590101");
  desired_.packages[0].replace = false;
  EXPECT_EQ(Refusal(),
            "package F043464552525901 is on the card without the applet "
            "F04346455252590101 of the CAP file: replace it, or delete it "
            "first");
  actual_.load_files[0].modules = {kBrokerageApplet};
  EXPECT_EQ(Summary(), "install F04346455252590101");
}

TEST_F(ReplacementTest, ANewPackageIsLoadedAsEver) {
  EXPECT_EQ(Summary(), "load F043464552525901 1.0, install F04346455252590101");
}

TEST_F(ReplacementTest, InstancesThatAreNotDesiredAnyMoreGoToo) {
  ThereIs(kBrokerage, 0x0103);
  IsInstalled(A("F04346455252590109"), kBrokerage);
  EXPECT_EQ(Summary(),
            "delete F04346455252590109, delete package F043464552525901, load "
            "F043464552525901 1.0, install F04346455252590101");
}

TEST_F(ReplacementTest, DoesNotTakeAnAppletOfAnotherPackage) {
  ThereIs(kBrokerage, 0x0103);
  ThereIs(kLibrary, 0x0100);
  IsInstalled(kBrokerageApplet, kLibrary);
  EXPECT_EQ(Refusal(),
            "the AID of applet F04346455252590101 is taken by another on the "
            "card");
}

TEST_F(ReplacementTest, ALibraryThatAnotherPackageNeedsStays) {
  const card::Aid greeter = A("F043464552525903");
  const auto greeter_file = LoadApplet("greeter.cap");
  desired_.packages = {{LoadApplet("greetinglib.cap"), {}, true}};
  ThereIs(kLibrary, 0x0009);
  ThereIs(greeter, 0x0100);
  const std::string refusal =
      "package F043464552525902 cannot be deleted: package F043464552525903 on "
      "the card imports it";
  origins_[greeter] = {greeter_file->content_hash, {kLibrary}};
  EXPECT_EQ(Refusal(), refusal);
  origins_[greeter].imports.clear();  // as records of version 1 have it
  desired_.packages.push_back({greeter_file, {}});
  EXPECT_EQ(Refusal(), refusal);
}

TEST_F(ReplacementTest, ALibraryIsReplacedWithWhatNeedsIt) {
  const card::Aid greeter = A("F043464552525903");
  desired_.packages = {{LoadApplet("greeter.cap"), {}, true},
                       {LoadApplet("greetinglib.cap"), {}, true}};
  ThereIs(kLibrary, 0x0009);
  ThereIs(greeter, 0x0009);
  const std::string replaced =
      "delete package F043464552525903, delete package F043464552525902, "
      "load F043464552525902 1.0, load F043464552525903 1.0";
  origins_[greeter] = {Bytes(32, 0xAB), {kLibrary}};
  EXPECT_EQ(Summary(), replaced);
  origins_[greeter].imports.clear();  // as records of version 1 have it
  EXPECT_EQ(Summary(), replaced);
  origins_.clear();
  EXPECT_EQ(Summary(), replaced);
}

TEST_F(ReplacementTest, ImportsThatWereNotedCountNotTheDesiredFiles) {
  const card::Aid greeter = A("F043464552525903");
  desired_.packages = {{LoadApplet("greeter.cap"), {}, true},
                       {LoadApplet("greetinglib.cap"), {}, true}};
  ThereIs(greeter, 0x0009);
  ThereIs(kLibrary, 0x0009);  // listed last: goes first
  origins_[greeter] = {Bytes(32, 0xAB), {kBrokerage}};
  EXPECT_EQ(Summary(),
            "delete package F043464552525902, delete package F043464552525903, "
            "load F043464552525902 1.0, load F043464552525903 1.0");
}

TEST_F(ReplacementTest, WhatTheDesiredFileImportsHoldsNothingBack) {
  desired_.packages = {{LoadApplet("greeter.cap"), {}, true}};
  ThereIs(kLibrary, 0x0100);
  ThereIs(A("F043464552525903"), 0x0009);
  EXPECT_EQ(Summary(),
            "delete package F043464552525903, load F043464552525903 1.0");
}

class AbsenceTest : public ContentPlanTest {
 protected:
  AbsenceTest() {
    desired_.packages.clear();
    ThereIs(kBrokerage, 0x0100);
    IsInstalled(kBrokerageApplet, kBrokerage);
    IsInstalled(A("F04346455252590109"), kBrokerage);
  }
};

TEST_F(AbsenceTest, APackageGoesWithWhatIsInstalledFromIt) {
  desired_.absent_packages = {kBrokerage};
  EXPECT_EQ(Summary(),
            "delete F04346455252590101, delete F04346455252590109, delete "
            "package F043464552525901");
  profile_.delete_related = card::DeleteRelated::kYes;
  EXPECT_EQ(Summary(), "delete package F043464552525901 with its applets");
}

TEST_F(AbsenceTest, AnApplicationGoesAlone) {
  desired_.absent_applications = {kBrokerageApplet};
  EXPECT_EQ(Summary(), "delete F04346455252590101");
}

TEST_F(AbsenceTest, WhatIsNotThereNeedsNoCommand) {
  desired_.absent_packages = {kLibrary};
  desired_.absent_applications = {kGreeterApplet};
  EXPECT_EQ(Summary(), "nothing to do");
}

TEST_F(AbsenceTest, APackageIsNoApplication) {
  desired_.absent_packages = {kBrokerageApplet};
  EXPECT_EQ(Refusal(),
            "F04346455252590101 is an application on the card, not a package");
  desired_.absent_packages.clear();
  desired_.absent_applications = {kBrokerage};
  EXPECT_EQ(Refusal(),
            "F043464552525901 is a package on the card, not an application");
}

TEST_F(AbsenceTest, NothingIsDesiredAndNotDesired) {
  desired_.packages = {{brokerage_, {Applet(kBrokerageApplet)}}};
  desired_.absent_packages = {kBrokerage};
  EXPECT_EQ(Refusal(),
            "the AID F043464552525901 is named twice in what the card should "
            "and should not hold");
  desired_.absent_packages.clear();
  desired_.absent_applications = {kBrokerageApplet};
  EXPECT_EQ(Refusal(),
            "the AID F04346455252590101 is named twice in what the card should "
            "and should not hold");
}

TEST_F(AbsenceTest, TheIssuerSecurityDomainIsNeverDeleted) {
  const card::Aid isd = A("A000000151000000");
  const std::string refusal =
      "A000000151000000 is the issuer security domain: it is never installed "
      "or deleted";
  desired_.absent_applications = {isd};
  EXPECT_EQ(Refusal(), refusal);
  desired_.absent_applications.clear();
  desired_.absent_packages = {isd};
  EXPECT_EQ(Refusal(), refusal);
}

TEST_F(AbsenceTest, AnAidThatBecomesFreeMayBeTaken) {
  actual_ = {};
  ThereIs(kLibrary, 0x0100);
  IsInstalled(kBrokerageApplet, kLibrary);
  desired_.packages = {{brokerage_, {Applet(kBrokerageApplet)}}};
  desired_.absent_packages = {kLibrary};
  EXPECT_EQ(Summary(),
            "delete F04346455252590101, delete package F043464552525902, load "
            "F043464552525901 1.0, install F04346455252590101");
}

TEST_F(AbsenceTest, AnImportThatGoesIsNotThere) {
  actual_ = {};
  ThereIs(kLibrary, 0x0100);
  desired_.packages = {{LoadApplet("greeter.cap"), {}}};
  desired_.absent_packages = {kLibrary};
  EXPECT_THAT(Refusal(),
              testing::HasSubstr("imports F043464552525902 1.0, which is "
                                 "neither on the card nor desired"));
}

TEST_F(AbsenceTest, KnowsThatItDeletesAndWhatItTakes) {
  ASSERT_OK_AND_ASSIGN(ContentPlan plan,
                       PlanContent(desired_, actual_, origins_, profile_));
  EXPECT_FALSE(plan.Deletes());
  EXPECT_EQ(plan.LeastMemory(), 0u);
  desired_.absent_applications = {kBrokerageApplet};
  desired_.packages = {{LoadApplet("greetinglib.cap"), {}}};
  ASSERT_OK_AND_ASSIGN(plan,
                       PlanContent(desired_, actual_, origins_, profile_));
  EXPECT_TRUE(plan.Deletes());
  EXPECT_EQ(plan.LeastMemory(), desired_.packages[0].file->cap.LeastMemory());
}

}  // namespace
}  // namespace cardferry::sequencer
