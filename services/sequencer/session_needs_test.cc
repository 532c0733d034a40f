#include "services/sequencer/session_needs.h"

#include "gtest/gtest.h"
#include "services/sequencer/testing/test_profiles.h"

namespace cardferry::sequencer {
namespace {

using Class = Keyvault::OperationClass;

const card::Aid kApplet = *card::Aid::FromHex("F04346455201");

ContentPlan Plan(std::vector<ContentStep> steps) { return {std::move(steps)}; }
PersonalizeStep Personalize() { return {kApplet, {}}; }
LockStep Lock() { return {kApplet, true}; }

TEST(SessionNeedsTest, TheClassIsTheLeastThatCoversTheSteps) {
  EXPECT_EQ(ClassOf(Plan({})), Class::kRead);
  EXPECT_EQ(ClassOf(Plan({Lock()})), Class::kContent);
  EXPECT_EQ(ClassOf(Plan({Personalize()})), Class::kPersonalize);
  EXPECT_EQ(ClassOf(Plan({Lock(), Personalize()})),
            Class::kContentAndPersonalize);
}

TEST(SessionNeedsTest, PersonalDataAreEncrypted) {
  CardProfile profile = TestProfile("demo", 0x30);
  profile.level_floor = 0x11;
  EXPECT_EQ(FloorFor(Plan({Lock()}), profile), 0x11);
  EXPECT_EQ(FloorFor(Plan({Personalize()}), profile), 0x13);
}

}  // namespace
}  // namespace cardferry::sequencer
