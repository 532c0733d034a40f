#include "services/sequencer/bundle_goal.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::sequencer {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const card::Aid kApplet = *card::Aid::FromHex("F04346455201");
const card::Aid kOther = *card::Aid::FromHex("F04346455202");
const card::Aid kDomain = *card::Aid::FromHex("F0434645525344");
const card::Aid kDomainPackage = *card::Aid::FromHex("A0000001515350");

PersonalData Data(uint8_t number) {
  return {card::StoreDataFormat::kDgi, {{0x0101, {number}}}, Bytes(32, number)};
}

// Two applications that are there and should have these data; what the plan
// gives them; what they were given.
class BundleGoalTest : public testing::Test {
 protected:
  BundleGoalTest() {
    desired_.applications = {{kApplet, kApplet, {0x00}, {}},
                             {kOther, kOther, {0x00}, {}}};
    state_.record.stored = {{kApplet, {Bytes(32, 1), Bytes(32, 2)}},
                            {kOther, {Bytes(32, 1)}}};
  }
  const std::vector<Bytes>& Notes(const card::Aid& application) {
    return state_.record.stored.at(application);
  }

  DesiredState desired_;
  ContentPlan plan_;
  BundleState state_ = {{"demo/00"}, {}, {}};
};

// What was changed and is changed back has to be sent again.
TEST_F(BundleGoalTest, WhatIsWrittenOverIsForgotten) {
  desired_.applications[0].personal_data = {Data(3), Data(2)};
  plan_.steps = {PersonalizeStep{kApplet, Data(3)}};
  SetGoal(desired_, plan_, state_);
  EXPECT_THAT(Notes(kApplet), ElementsAre(Bytes(32, 2)));
  EXPECT_THAT(Notes(kOther), ElementsAre(Bytes(32, 1)));
  ASSERT_EQ(state_.personalizations.size(), 1u);
  EXPECT_EQ(state_.personalizations[0].fingerprint, Bytes(32, 3));
}

TEST_F(BundleGoalTest, ThatSomethingWasGivenIsNotForgotten) {
  desired_.applications[0].personal_data = {Data(3)};
  plan_.steps = {PersonalizeStep{kApplet, Data(3)}};
  SetGoal(desired_, plan_, state_);
  EXPECT_THAT(Notes(kApplet), IsEmpty());
}

TEST_F(BundleGoalTest, WithoutNewDataAllThatWasGivenIsThere) {
  desired_.applications[0].personal_data = {Data(2)};
  plan_.steps = {LockStep{kApplet, true}};
  SetGoal(desired_, plan_, state_);
  EXPECT_THAT(Notes(kApplet), ElementsAre(Bytes(32, 1), Bytes(32, 2)));
}

TEST_F(BundleGoalTest, ASecurityDomainHasItsPackage) {
  desired_ = {};
  desired_.domains = {{kDomainPackage, {kDomain, kDomain, {0x80}, {}}}};
  SetGoal(desired_, plan_, state_);
  ASSERT_EQ(state_.wanted_applications.size(), 1u);
  EXPECT_EQ(state_.wanted_applications[0].package, kDomainPackage);
}

}  // namespace
}  // namespace cardferry::sequencer
