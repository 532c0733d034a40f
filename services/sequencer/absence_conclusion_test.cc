// What the answers to a bundle mean that deletes.
#include "lib/base/status_matchers.h"
#include "services/sequencer/conclusion.h"

namespace cardferry::sequencer {
namespace {

using card::ResponseApdu;
using card::RunEnd;
using card::StatusWord;
using testing::ElementsAre;
using testing::IsEmpty;

const card::Aid kPackage = *card::Aid::FromHex("F043464552");
const card::Aid kApplet = *card::Aid::FromHex("F04346455201");

ResponseApdu Answer(const std::string& hex, uint16_t sw) {
  return {FromHexOrDie(hex), StatusWord(sw)};
}
const ResponseApdu kOk = Answer("", 0x9000);
const ResponseApdu kDeleted = Answer("00", 0x9000);
const ResponseApdu kNothing = Answer("", 0x6A88);
const ResponseApdu kPackageListed = Answer("E3074F05F043464552", 0x9000);
const ResponseApdu kAppletListed = Answer("E3084F06F04346455201", 0x9000);
const ResponseApdu kMore = Answer("E3074F05F043464551", 0x6310);

Conclusion Concluded(const BundleState& state,
                     std::vector<ResponseApdu> answers,
                     RunEnd end = RunEnd::kDone) {
  const auto conclusion = Conclude(state, {std::move(answers), end});
  EXPECT_OK(conclusion);
  return *conclusion;
}

// A card that holds the package and its applet, and should hold neither.
BundleState Deletion() {
  const StatusSnapshot expected = {{kPackageListed}, {kAppletListed}};
  BundleState state{{"demo/00", expected, {{kPackage, {Bytes(32, 0xAA)}}}},
                    expected,
                    {{CommandKind::kAuthenticate},
                     {CommandKind::kPeekLoadFiles},
                     {CommandKind::kCompareApplications},
                     {CommandKind::kCompareLoadFiles},
                     {CommandKind::kDeleteApplication, kApplet},
                     {CommandKind::kDeletePackage, kPackage},
                     {CommandKind::kReadLoadFiles},
                     {CommandKind::kReadApplications},
                     {CommandKind::kReadModules}}};
  state.absent_packages = {kPackage};
  state.absent_applications = {kApplet};
  return state;
}

std::vector<ResponseApdu> Good() {
  return {kOk,      kPackageListed, kAppletListed, kPackageListed, kDeleted,
          kDeleted, kNothing,       kNothing,      kNothing};
}

TEST(AbsenceConclusionTest, IsDoneWhenNothingIsListed) {
  const Conclusion conclusion = Concluded(Deletion(), Good());
  EXPECT_EQ(conclusion.outcome, Outcome::kDone);
  EXPECT_EQ(conclusion.reason, "The card holds what it should.");
  EXPECT_THAT(conclusion.record.origins, IsEmpty());
  EXPECT_THAT(conclusion.facts,
              ElementsAre(Fact{"package F043464552 is not on the card"},
                          Fact{"applet F04346455201 is not installed"}));
}

TEST(AbsenceConclusionTest, OnlyTheWholeRunIsDone) {
  const std::vector<ResponseApdu> good = Good();
  for (size_t count = 0; count < 8; ++count) {
    const Conclusion conclusion =
        Concluded(Deletion(),
                  {good.begin(), good.begin() + static_cast<ptrdiff_t>(count)},
                  RunEnd::kUnknown);
    EXPECT_EQ(conclusion.outcome, Outcome::kUnknown) << count;
    EXPECT_EQ(conclusion.record.origins.count(kPackage), 1u) << count;
  }
}

TEST(AbsenceConclusionTest, APageThatWasNotReadMayHideIt) {
  std::vector<ResponseApdu> answers = Good();
  answers[6] = kMore;
  const Conclusion conclusion = Concluded(Deletion(), answers);
  EXPECT_EQ(conclusion.outcome, Outcome::kUnknown);
  EXPECT_EQ(conclusion.reason,
            "The card accepted every command, but its lists are longer than "
            "was read.");
}

// Nothing to do, by what was recorded: only reads.
BundleState NothingToDelete() {
  BundleState state = Deletion();
  state.record.snapshot = StatusSnapshot{{kMore}, {kNothing}};
  state.expected = *state.record.snapshot;
  state.runs = {{CommandKind::kAuthenticate},
                {CommandKind::kReadLoadFiles, std::nullopt, 2},
                {CommandKind::kReadApplications}};
  return state;
}

TEST(AbsenceConclusionTest, WhatIsReadToTheEndIsNotThere) {
  const ResponseApdu last = Answer("E3074F05F043464550", 0x9000);
  EXPECT_EQ(Concluded(NothingToDelete(), {kOk, kMore, last, kNothing}).outcome,
            Outcome::kDone);
}

TEST(AbsenceConclusionTest, ItIsReadOnUntilTheEnd) {
  const Conclusion conclusion =
      Concluded(NothingToDelete(), {kOk, kMore, kMore, kNothing});
  EXPECT_EQ(conclusion.outcome, Outcome::kCardDiffers);
  EXPECT_EQ(conclusion.record.snapshot->load_files.size(), 2u);
}

TEST(AbsenceConclusionTest, WhatTurnsUpIsDeletedNextTime) {
  const Conclusion conclusion =
      Concluded(NothingToDelete(), {kOk, kMore, kPackageListed, kNothing});
  EXPECT_EQ(conclusion.outcome, Outcome::kCardDiffers);
  EXPECT_NE(conclusion.content.FindLoadFile(kPackage), nullptr);
}

}  // namespace
}  // namespace cardferry::sequencer
