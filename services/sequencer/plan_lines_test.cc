#include "services/sequencer/plan_lines.h"

#include "gmock/gmock.h"
#include "services/sequencer/testing/sequencer_fixture.h"

namespace cardferry::sequencer {
namespace {

using Kind = PlanLine::Kind;
using testing::ElementsAre;
using testing::HasSubstr;

// A plan is made without the card; the fixture's card makes the record.
class PlanLinesTest : public SequencerTest {
 protected:
  std::vector<PlanLine> Lines() {
    auto lines = sequencer_->Plan(desired_, record_, "demo");
    EXPECT_OK(lines);
    return lines.value_or(std::vector<PlanLine>());
  }
};

TEST_F(PlanLinesTest, ANewCardGetsEverything) {
  EXPECT_THAT(
      Lines(),
      ElementsAre(PlanLine{Kind::kAdd, "package F043464552525901 1.0", 4},
                  PlanLine{Kind::kAdd, "applet F04346455252590101", 1}));
  EXPECT_EQ(card_.commands, 0u) << "nothing was sent";
}

TEST_F(PlanLinesTest, WhatIsThereIsKept) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_THAT(Lines(),
              ElementsAre(PlanLine{Kind::kKeep, "package F043464552525901 1.0"},
                          PlanLine{Kind::kKeep, "applet F04346455252590101"}));
}

TEST_F(PlanLinesTest, AReplacementIsRemovedAndAdded) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  desired_.packages[0].file = LoadApplet("brokerage.cap", 1, 1);
  desired_.packages[0].replace = true;
  EXPECT_THAT(
      Lines(),
      ElementsAre(PlanLine{Kind::kRemove, "applet F04346455252590101", 1},
                  PlanLine{Kind::kRemove, "package F043464552525901", 1},
                  PlanLine{Kind::kAdd, "package F043464552525901 1.1", 4},
                  PlanLine{Kind::kAdd, "applet F04346455252590101", 1}));
}

TEST_F(PlanLinesTest, AllThatChangesOfOneThingIsOneLine) {
  const card::Aid domain = A("F0434645525344");
  desired_.domains = {
      {A("A0000001515350"), {A("A000000151535041"), domain, {0x80}, {}}}};
  DesiredApplet& applet = desired_.packages[0].applets[0];
  applet.security_domain = domain;
  applet.life_cycle = DesiredLifeCycle::kLocked;
  EXPECT_THAT(
      Lines(),
      ElementsAre(PlanLine{Kind::kAdd, "security domain F0434645525344", 1},
                  PlanLine{Kind::kAdd, "package F043464552525901 1.0", 4},
                  PlanLine{Kind::kAdd, "applet F04346455252590101", 1},
                  PlanLine{Kind::kChange,
                           "F04346455252590101: to security domain "
                           "F0434645525344, locked",
                           2}));
}

TEST_F(PlanLinesTest, KnowsWhatTheChannelOfTheTypeHasRoomFor) {
  CardProfile profile = TestProfile("demo", 0x30);
  profile.level_floor = 0x01;
  Serve({profile});
  desired_.packages = {{LoadApplet("tables61.cap"), {}}};
  EXPECT_THAT(Lines(), testing::SizeIs(1));
  profile.match.i = {0x71};  // S16: MACs of 16 bytes
  Serve({profile});
  EXPECT_THAT(sequencer_->Plan(desired_, record_, "demo"),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("carry at most 61184")));
}

TEST_F(PlanLinesTest, RefusesWhatCannotBeReached) {
  desired_.packages[0].applets[0].module = A("F0AAAAAAAA");
  EXPECT_THAT(sequencer_->Plan(desired_, record_, "demo"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("has no applet F0AAAAAAAA")));
  EXPECT_THAT(sequencer_->Plan(desired_, record_, "none"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "no card profile is called \"none\""));
}

}  // namespace
}  // namespace cardferry::sequencer
