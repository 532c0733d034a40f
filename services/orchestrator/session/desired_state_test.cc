#include "services/orchestrator/session/desired_state.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

LoadFile TwoApplets() {
  LoadFile file;
  file.content_hash = {0xCA};
  file.package_aid = {0xF0};
  file.applet_aids = {{0xF1}, {0xF2}};
  return file;
}

JobSubject Brokerage(JobAction action) {
  JobSubject subject;
  subject.action = action;
  subject.application = "brokerage";
  return subject;
}

TEST(DesiredStateOf, AManifestIsPassedOnUnread) {
  JobSubject subject;
  subject.action = JobAction::kManifest;
  const DesiredState desired = DesiredStateOf(subject, {}, {0x0A, 0x00});
  EXPECT_EQ(desired.manifest, Bytes({0x0A, 0x00}));
  EXPECT_THAT(desired.packages, IsEmpty());
}

TEST(DesiredStateOf, LoadingInstallsEveryAppletOfThePackage) {
  const DesiredState desired =
      DesiredStateOf(Brokerage(JobAction::kLoad), TwoApplets(), {0x31});
  ASSERT_THAT(desired.packages, SizeIs(1));
  EXPECT_EQ(desired.packages[0].content_hash, Bytes({0xCA}));
  EXPECT_THAT(
      desired.packages[0].applets,
      ElementsAre(JobApplet{{0xF1}, {}, {}}, JobApplet{{0xF2}, {}, {}}));
  EXPECT_EQ(desired.packages[0].install_parameters, Bytes({0x31}));
  EXPECT_FALSE(desired.packages[0].replace);
  EXPECT_THAT(desired.absent_packages, IsEmpty());
  EXPECT_THAT(desired.absent_applications, IsEmpty());
}

TEST(DesiredStateOf, AppletsThatAreNamedAreInstalledInsteadOfAll) {
  const JobApplet chosen = {{0xF2}, {0xF9}, {0x04}};
  JobSubject subject = Brokerage(JobAction::kLoad);
  subject.applets = {chosen};
  const DesiredState desired = DesiredStateOf(subject, TwoApplets(), {});
  EXPECT_THAT(desired.packages[0].applets, ElementsAre(chosen));
}

TEST(DesiredStateOf, UpgradingReplacesWhatIsThere) {
  const DesiredState desired =
      DesiredStateOf(Brokerage(JobAction::kUpgrade), TwoApplets(), {});
  ASSERT_THAT(desired.packages, SizeIs(1));
  EXPECT_TRUE(desired.packages[0].replace);
  EXPECT_THAT(desired.absent_packages, IsEmpty());
}

TEST(DesiredStateOf, DeletingAnApplicationWantsItsPackageAbsent) {
  const DesiredState desired =
      DesiredStateOf(Brokerage(JobAction::kDelete), TwoApplets(), {});
  EXPECT_THAT(desired.packages, IsEmpty());
  EXPECT_THAT(desired.absent_packages, ElementsAre(Bytes({0xF0})));
}

TEST(DesiredStateOf, DeletingByAidNeedsNoLoadFile) {
  JobSubject subject;
  subject.action = JobAction::kDelete;
  subject.package_aid = {0xA0};
  EXPECT_THAT(DesiredStateOf(subject, LoadFile(), {}).absent_packages,
              ElementsAre(Bytes({0xA0})));
  subject.package_aid.clear();
  subject.application_aid = {0xA1};
  const DesiredState desired = DesiredStateOf(subject, LoadFile(), {});
  EXPECT_THAT(desired.absent_packages, IsEmpty());
  EXPECT_THAT(desired.absent_applications, ElementsAre(Bytes({0xA1})));
}

}  // namespace
}  // namespace cardferry::orchestrator
