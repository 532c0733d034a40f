#include "services/sequencer/deletion_plan.h"

#include "lib/base/status_matchers.h"
#include "services/sequencer/testing/test_profiles.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::ElementsAre;

card::Aid A(const std::string& hex) { return *card::Aid::FromHex(hex); }

const card::Aid kLibrary = A("F0000000A0");
const card::Aid kPackage = A("F0000000B0");
const card::Aid kOther = A("F0000000C0");
const card::Aid kApplet1 = A("F0000000B001");
const card::Aid kApplet2 = A("F0000000B002");

card::StatusEntry Entry(const card::Aid& aid) {
  return {aid, {}, {}, {}, {}, {}};
}

class DeletionPlanTest : public testing::Test {
 protected:
  void ThereIs(const card::Aid& package) {
    actual_.load_files.push_back(Entry(package));
  }
  void IsInstalled(const card::Aid& applet, std::optional<card::Aid> package) {
    actual_.applications.push_back(Entry(applet));
    actual_.applications.back().load_file = std::move(package);
  }
  // The steps as "-<application>", "x<package>", "xx<package>" (with all).
  std::vector<std::string> Steps() {
    const auto plan = PlanDeletion(unwanted_, actual_, profile_);
    EXPECT_OK(plan);
    if (!plan.ok()) return {};
    gone_ = plan->applications;
    std::vector<std::string> steps;
    for (const ContentStep& step : plan->steps) {
      if (const auto* single = std::get_if<DeleteApplicationStep>(&step)) {
        steps.push_back("-" + single->application.ToHex());
      } else {
        const auto& whole = std::get<DeletePackageStep>(step);
        const bool related = whole.related == card::DeleteRelated::kYes;
        steps.push_back((related ? "xx" : "x") + whole.package.ToHex());
      }
    }
    return steps;
  }
  std::string Refusal() {
    const auto plan = PlanDeletion(unwanted_, actual_, profile_);
    EXPECT_THAT(plan, StatusIs(StatusCode::kInvalidArgument));
    return std::string(plan.status().message());
  }

  Unwanted unwanted_;
  CardContent actual_;
  CardProfile profile_ = TestProfile("demo", 0x30);
  std::set<card::Aid> gone_;
};

TEST_F(DeletionPlanTest, ApplicationsGoBeforeTheirPackage) {
  ThereIs(kPackage);
  ThereIs(kOther);
  IsInstalled(kApplet2, kPackage);
  IsInstalled(kApplet1, kPackage);
  IsInstalled(A("F0000000C001"), kOther);
  unwanted_.packages = {kPackage};
  EXPECT_THAT(Steps(),
              ElementsAre("-F0000000B001", "-F0000000B002", "xF0000000B0"));
  EXPECT_THAT(gone_, ElementsAre(kApplet1, kApplet2));
}

TEST_F(DeletionPlanTest, OneCommandDoesWhereTheProfileSaysSo) {
  profile_.delete_related = card::DeleteRelated::kYes;
  ThereIs(kPackage);
  IsInstalled(kApplet1, kPackage);
  unwanted_.packages = {kPackage};
  EXPECT_THAT(Steps(), ElementsAre("xxF0000000B0"));
  EXPECT_THAT(gone_, ElementsAre(kApplet1));
}

TEST_F(DeletionPlanTest, SingleApplicationsGoFirst) {
  ThereIs(kPackage);
  ThereIs(kOther);
  IsInstalled(kApplet1, kPackage);
  IsInstalled(A("F0000000C001"), kOther);
  IsInstalled(A("F0000000C002"), kOther);
  unwanted_.packages = {kPackage};
  unwanted_.applications = {A("F0000000C002"), kApplet1};
  EXPECT_THAT(Steps(),
              ElementsAre("-F0000000C002", "-F0000000B001", "xF0000000B0"));
  profile_.delete_related = card::DeleteRelated::kYes;
  EXPECT_THAT(Steps(), ElementsAre("-F0000000C002", "xxF0000000B0"));
}

TEST_F(DeletionPlanTest, WhatTheCardDoesNotTellIsPresumed) {
  ThereIs(kPackage);
  IsInstalled(kApplet1, std::nullopt);
  IsInstalled(kApplet2, std::nullopt);
  IsInstalled(A("F0000000C001"), std::nullopt);
  unwanted_.packages = {kPackage};
  EXPECT_THAT(Steps(), ElementsAre("xF0000000B0"));
  unwanted_.presumed_packages = {{kApplet1, kPackage}};
  EXPECT_THAT(Steps(), ElementsAre("-F0000000B001", "xF0000000B0"));
  actual_.load_files[0].modules = {kApplet2};
  EXPECT_THAT(Steps(),
              ElementsAre("-F0000000B001", "-F0000000B002", "xF0000000B0"));
}

TEST_F(DeletionPlanTest, ImportersGoBeforeWhatTheyImport) {
  for (const auto& aid : {kLibrary, kOther, kPackage}) ThereIs(aid);
  unwanted_.packages = {kLibrary, kPackage, kOther};
  unwanted_.imports = {{kPackage, {kLibrary}}, {kOther, {kPackage}}};
  EXPECT_THAT(Steps(),
              ElementsAre("xF0000000C0", "xF0000000B0", "xF0000000A0"));
}

TEST_F(DeletionPlanTest, PackagesThatAreSaidToImportEachOtherStillHaveAnOrder) {
  for (const auto& aid : {kLibrary, kPackage}) ThereIs(aid);
  unwanted_.packages = {kLibrary, kPackage};
  unwanted_.imports = {{kPackage, {kLibrary}}, {kLibrary, {kPackage}}};
  EXPECT_THAT(Steps(), ElementsAre("xF0000000B0", "xF0000000A0"));
}

TEST_F(DeletionPlanTest, WhatTheCardListsLastGoesFirstWhereNobodyNotedImports) {
  for (const auto& aid : {kOther, kLibrary, kPackage}) ThereIs(aid);
  unwanted_.packages = {kLibrary, kPackage, kOther};
  EXPECT_THAT(Steps(),
              ElementsAre("xF0000000B0", "xF0000000A0", "xF0000000C0"));
  unwanted_.imports = {{kOther, {kPackage}}};  // what was noted counts more
  EXPECT_THAT(Steps(),
              ElementsAre("xF0000000A0", "xF0000000C0", "xF0000000B0"));
}

TEST_F(DeletionPlanTest, RefusesWhatAnotherPackageNeeds) {
  for (const auto& aid : {kLibrary, kPackage}) ThereIs(aid);
  unwanted_.packages = {kLibrary};
  EXPECT_THAT(Steps(), ElementsAre("xF0000000A0"));  // nobody knows
  unwanted_.imports = {{kPackage, {kLibrary}}};
  EXPECT_EQ(Refusal(),
            "package F0000000A0 cannot be deleted: package F0000000B0 on the "
            "card imports it");
  actual_.load_files.pop_back();  // what is not there needs nothing
  EXPECT_THAT(Steps(), ElementsAre("xF0000000A0"));
}

TEST_F(DeletionPlanTest, NeverDeletesASecurityDomain) {
  ThereIs(kPackage);
  IsInstalled(kApplet1, kPackage);
  actual_.applications[0].privileges = {0x80, 0x00, 0x00};
  const std::string refusal =
      "application F0000000B001 is a security domain, it is never deleted";
  unwanted_.applications = {kApplet1};
  EXPECT_EQ(Refusal(), refusal);
  unwanted_.applications.clear();
  unwanted_.packages = {kPackage};
  EXPECT_EQ(Refusal(), refusal);
  actual_.applications[0].privileges = {0x04};
  EXPECT_THAT(Steps(), ElementsAre("-F0000000B001", "xF0000000B0"));
}

TEST_F(DeletionPlanTest, NeverDeletesPackagesOfTheMask) {
  ThereIs(A("A0000000620101"));
  unwanted_.packages = {A("A0000000620101")};
  EXPECT_EQ(Refusal(),
            "package A0000000620101 belongs to the card itself, it is never "
            "deleted");
}

TEST_F(DeletionPlanTest, NothingUnwantedNothingGone) {
  ThereIs(kPackage);
  IsInstalled(kApplet1, kPackage);
  EXPECT_THAT(Steps(), ElementsAre());
  EXPECT_THAT(gone_, ElementsAre());
}

}  // namespace
}  // namespace cardferry::sequencer
