#include "services/sequencer/files/file_plan.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/sequencer/files/file_difference.h"

namespace cardferry::sequencer {
namespace {

constexpr uint8_t kNew = 0x03;
constexpr uint8_t kActive = 0x05;
constexpr uint8_t kInactive = 0x04;

DesiredFile Binary(uint16_t id = 0x0101) {
  DesiredFile file;
  file.id = card::FileId(id);
  file.kind = card::FileKind::kTransparent;
  file.size = 6;
  file.content = FromHexOrDie("010203040506");
  return file;
}

DesiredFile Records(card::FileKind kind) {
  DesiredFile file;
  file.id = card::FileId(0x0101);
  file.kind = kind;
  file.record_size = 1;
  file.record_count = 3;
  file.records = {{0x01}, {0x02}};
  return file;
}

SurveyedFile Actual(const DesiredFile& file, uint8_t life_cycle = kActive) {
  return {NewFileControl(file, life_cycle), true, file.content, file.records};
}

// One file of the MF.
class FilePlanTest : public testing::Test {
 protected:
  absl::StatusOr<FilePlan> Plan(std::optional<SurveyedFile> actual) {
    const DesiredFile& file = tree_.files[0];
    return PlanFiles(tree_, {{{file.id}, &file, std::move(actual)}}, {});
  }
  // Its commands, without the SELECTs.
  std::vector<std::string> Commands(std::optional<SurveyedFile> actual) {
    const auto plan = Plan(std::move(actual));
    if (!plan.ok()) return {plan.status().ToString()};
    std::vector<std::string> commands;
    for (const card::ScriptCommand& step : plan->script) {
      if (step.command.header().ins == 0xA4) continue;
      commands.push_back(ToHex(step.command.Encode()));
    }
    if (plan->more_later) commands.push_back("more");
    return commands;
  }

  DesiredFileTree tree_{{Binary()}, false};
};

using Expected = std::vector<std::string>;

TEST_F(FilePlanTest, WhatIsAsDesiredNeedsNothing) {
  ASSERT_OK_AND_ASSIGN(const FilePlan plan, Plan(Actual(Binary())));
  EXPECT_TRUE(plan.converged());
  EXPECT_TRUE(plan.notes.empty());
}

TEST_F(FilePlanTest, ANewFileIsWrittenReadBackAndActivatedLater) {
  EXPECT_EQ(Commands(std::nullopt),
            Expected({"00E0000010620E8201018302010180020006"
                      "8A0103",
                      "00D6000006010203040506", "00B0000006", "more"}));
  EXPECT_EQ(Commands(Actual(Binary(), kNew)), Expected({"00440000"}));
}

TEST_F(FilePlanTest, BeforeAFileIsCreatedNoEfIsCurrent) {
  ASSERT_OK_AND_ASSIGN(const FilePlan plan, Plan(std::nullopt));
  EXPECT_EQ(ToHex(plan.script[0].command.Encode()), "00A4000C023F00");
  EXPECT_EQ(plan.script[1].command.header().ins, 0xE0);
}

TEST_F(FilePlanTest, ReadBackHasToGiveWhatWasWritten) {
  ASSERT_OK_AND_ASSIGN(const FilePlan plan, Plan(std::nullopt));
  const card::ScriptCommand& read = plan.script.back();
  EXPECT_TRUE(
      card::IsExpected(read, {FromHexOrDie("010203040506"), card::kSuccess}));
  EXPECT_FALSE(
      card::IsExpected(read, {FromHexOrDie("010203040507"), card::kSuccess}));
  EXPECT_EQ(read.on_mismatch, card::OnMismatch::kStop);
  EXPECT_EQ(read.label, "read back 0101");
}

TEST_F(FilePlanTest, OnlyWhatDiffersIsWritten) {
  SurveyedFile actual = Actual(Binary());
  actual.content = FromHexOrDie("0102FF04FF06");
  EXPECT_EQ(Commands(actual), Expected({"00D6000203030405", "00B0000203"}));
  actual.content = FromHexOrDie("0102");  // the file ends there
  EXPECT_EQ(Commands(actual), Expected({"00D600020403040506", "00B0000204"}));
}

TEST_F(FilePlanTest, ANewFileWithOtherContentIsNotActivatedYet) {
  SurveyedFile actual = Actual(Binary(), kNew);
  actual.content = FromHexOrDie("010203040500");
  EXPECT_EQ(Commands(actual), Expected({"00D600050106", "00B0000501", "more"}));
}

TEST_F(FilePlanTest, ACardWithoutLifeCyclesIsWrittenInOnePacket) {
  tree_.create_activated = true;
  EXPECT_EQ(Commands(std::nullopt),
            Expected({"00E0000010620E8201018302010180020006"
                      "8A0105",
                      "00D6000006010203040506", "00B0000006"}));
  tree_.files[0].rules.Set(card::FileAccess::kRead, card::kNever);
  EXPECT_EQ(Commands(std::nullopt).size(), 2u);  // nobody can read it back
}

TEST_F(FilePlanTest, LinearRecordsAreUpdatedAndAppended) {
  tree_.files = {Records(card::FileKind::kLinearFixed)};
  SurveyedFile actual = Actual(tree_.files[0]);
  actual.records = {{0xFF}};
  EXPECT_EQ(Commands(actual), Expected({"00DC01040101", "00E200000102",
                                        "00B2010400", "00B2020400"}));
}

TEST_F(FilePlanTest, CyclicRecordsAreAllAppendedTheOldestFirst) {
  tree_.files = {Records(card::FileKind::kCyclic)};
  SurveyedFile actual = Actual(tree_.files[0]);
  actual.records = {{0x01}};
  EXPECT_EQ(Commands(actual), Expected({"00E200000102", "00E200000101",
                                        "00B2010400", "00B2020400"}));
}

TEST_F(FilePlanTest, WhatIsInTheWayIsNamedOrReplaced) {
  SurveyedFile actual = Actual(Binary());
  actual.control.size = 4;
  EXPECT_THAT(Plan(actual),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "file 0101: it has 4 bytes instead of 6; delete it, or "
                       "let it be replaced with all below it"));
  tree_.files[0].replace = true;
  EXPECT_EQ(Commands(actual)[0], "00E40000020101");
  EXPECT_EQ(Commands(actual).size(), 5u);
}

TEST_F(FilePlanTest, ATerminatedFileIsInTheWay) {
  EXPECT_THAT(Plan(Actual(Binary(), 0x0C)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "file 0101: it is terminated; delete it, or let it be "
                       "replaced with all below it"));
}

TEST_F(FilePlanTest, WhatShouldBeAbsentIsDeletedOnce) {
  tree_.files[0].absent = true;
  EXPECT_EQ(Commands(Actual(Binary())), Expected({"00E40000020101"}));
  EXPECT_EQ(Commands(std::nullopt), Expected());
}

TEST_F(FilePlanTest, LifeCyclesFollowTheManifest) {
  SurveyedFile inactive = Actual(Binary(), kInactive);
  inactive.readable = false;
  EXPECT_EQ(Commands(inactive), Expected({"00440000", "more"}));
  tree_.files[0].deactivated = true;
  EXPECT_EQ(Commands(inactive), Expected());
  EXPECT_EQ(Commands(Actual(Binary())), Expected({"00040000"}));
  // What is new has to be activated before.
  EXPECT_EQ(Commands(Actual(Binary(), kNew)), Expected({"00440000", "more"}));
}

TEST_F(FilePlanTest, SaysWhatItCouldNotCompare) {
  SurveyedFile unreadable = Actual(Binary());
  unreadable.readable = false;
  ASSERT_OK_AND_ASSIGN(const FilePlan plan, Plan(unreadable));
  EXPECT_TRUE(plan.converged());
  EXPECT_EQ(plan.notes, Expected({"0101: its content cannot be read"}));
}

TEST_F(FilePlanTest, WhatIsBelowANewDfComesLater) {
  DesiredFile df;
  df.id = card::FileId(0x5000);
  df.children = {Binary()};
  tree_.files = {df};
  const DesiredFile& desired = tree_.files[0];
  const DesiredFile& child = desired.children[0];
  const FilePath df_path = {df.id};
  const FilePath child_path = {df.id, child.id};
  const auto plan = [&](std::optional<SurveyedFile> df_actual,
                        std::optional<SurveyedFile> child_actual) {
    const auto made = PlanFiles(tree_,
                                {{df_path, &desired, std::move(df_actual)},
                                 {child_path, &child, std::move(child_actual)}},
                                {});
    Bytes instructions;
    for (const auto& step : made->script) {
      instructions.push_back(step.command.header().ins);
    }
    return ToHex(instructions) + (made->more_later ? " more" : "");
  };
  EXPECT_EQ(plan(std::nullopt, std::nullopt), "A4E0 more");
  EXPECT_EQ(plan(Actual(df, kNew), std::nullopt), "A4A4E0D6B0 more");
  // Both come to life together, the DF last.
  EXPECT_EQ(plan(Actual(df, kNew), Actual(child, kNew)), "A4A444A4A444");
  EXPECT_EQ(plan(Actual(df), Actual(child)), "");
  // Below a deactivated DF nothing can be done.
  EXPECT_EQ(plan(Actual(df, kInactive), std::nullopt), "A4A444 more");
  tree_.files[0].deactivated = true;
  EXPECT_EQ(plan(Actual(df), Actual(child)), "A4A404");
  EXPECT_EQ(plan(Actual(df), Actual(child, kNew)), "A4A444 more");
  EXPECT_EQ(plan(Actual(df, kInactive), std::nullopt), "");
}

}  // namespace
}  // namespace cardferry::sequencer
