#include "services/sequencer/conclusion.h"

#include "lib/base/status_matchers.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using card::ResponseApdu;
using card::RunEnd;
using card::StatusWord;
using card::Transcript;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const card::Aid kPackage = *card::Aid::FromHex("F043464552");
const card::Aid kApplet = *card::Aid::FromHex("F04346455201");
const Bytes kHash(32, 0xAA);

ResponseApdu Answer(const std::string& hex, uint16_t sw) {
  return {FromHexOrDie(hex), StatusWord(sw)};
}
const ResponseApdu kOk = Answer("", 0x9000);
const ResponseApdu kDone = Answer("00", 0x9000);
const ResponseApdu kNothing = Answer("", 0x6A88);
const ResponseApdu kPackageListed = Answer("E3074F05F043464552", 0x9000);
const ResponseApdu kAppletListed = Answer("E3084F06F04346455201", 0x9000);

const StatusSnapshot kEmptyCard = {{kNothing}, {kNothing}};
const StatusSnapshot kLoadedCard = {{kPackageListed}, {kAppletListed}};

// A load of one package in two blocks and an applet onto an empty card.
class LoadConclusionTest : public testing::Test {
 protected:
  Conclusion For(std::vector<ResponseApdu> answers, RunEnd end) {
    const auto conclusion = Conclude(state_, {std::move(answers), end});
    EXPECT_OK(conclusion);
    return *conclusion;
  }

  BundleState state_ = {{"demo/00"},
                        kEmptyCard,
                        {{CommandKind::kAuthenticate, {}, 1},
                         {CommandKind::kPeekLoadFiles, {}, 1},
                         {CommandKind::kCompareApplications, {}, 1},
                         {CommandKind::kCompareLoadFiles, {}, 1},
                         {CommandKind::kInstallForLoad, kPackage, 1},
                         {CommandKind::kLoad, kPackage, 2},
                         {CommandKind::kInstall, kApplet, 1},
                         {CommandKind::kReadLoadFiles, {}, 1},
                         {CommandKind::kReadApplications, {}, 1}},
                        {{{kPackage, 1, 0}, kHash, {kApplet}, {}}}};
  const std::vector<ResponseApdu> good_ = {
      kOk,   kNothing, kNothing, kNothing,       kDone,
      kDone, kDone,    kDone,    kPackageListed, kAppletListed};

  std::vector<ResponseApdu> First(size_t count) const {
    return {good_.begin(), good_.begin() + static_cast<ptrdiff_t>(count)};
  }
  std::vector<ResponseApdu> FirstThen(size_t count,
                                      const ResponseApdu& answer) const {
    std::vector<ResponseApdu> answers = First(count);
    answers.push_back(answer);
    return answers;
  }
};

TEST_F(LoadConclusionTest, IsDoneWhenTheCardListsWhatItShould) {
  const Conclusion conclusion = For(good_, RunEnd::kDone);
  EXPECT_EQ(conclusion.outcome, Outcome::kDone);
  EXPECT_EQ(conclusion.reason, "The card holds what it should.");
  EXPECT_EQ(conclusion.record.snapshot, kLoadedCard);
  EXPECT_EQ(conclusion.record.origins.at(kPackage).content_hash, kHash);
  EXPECT_NE(conclusion.content.FindLoadFile(kPackage), nullptr);
  EXPECT_NE(conclusion.content.FindApplication(kApplet), nullptr);
  EXPECT_THAT(
      conclusion.facts,
      ElementsAre(
          Fact{"package F043464552 1.0 is on the card", Assurance::kReported},
          Fact{"applet F04346455201 is installed", Assurance::kReported}));
}

TEST_F(LoadConclusionTest, FailsAtTheCommandThatWasRefused) {
  const Conclusion load =
      For(FirstThen(6, Answer("", 0x6A84)), RunEnd::kStopped);
  EXPECT_EQ(load.outcome, Outcome::kFailed);
  EXPECT_THAT(load.reason,
              testing::StartsWith(
                  "The card answered LOAD 2 of 2 of F043464552 with 6A84"));
  EXPECT_THAT(load.reason, HasSubstr("Free memory"));
  EXPECT_EQ(load.record.snapshot, std::nullopt);
  EXPECT_THAT(load.facts, IsEmpty());

  EXPECT_THAT(For(FirstThen(4, Answer("", 0x6A80)), RunEnd::kStopped).reason,
              HasSubstr("INSTALL [for load] of F043464552 with 6A80"));
  EXPECT_THAT(For(FirstThen(7, Answer("", 0x6A80)), RunEnd::kStopped).reason,
              HasSubstr("INSTALL of F04346455201 with 6A80"));
  EXPECT_THAT(For({Answer("", 0x6300)}, RunEnd::kStopped).reason,
              HasSubstr("EXTERNAL AUTHENTICATE with 6300"));
}

TEST_F(LoadConclusionTest, IsNotFooledByARunThatClaimsToBeDone) {
  std::vector<ResponseApdu> answers = good_;
  answers[6] = Answer("", 0x6A84);
  EXPECT_EQ(For(answers, RunEnd::kDone).outcome, Outcome::kFailed);
  EXPECT_EQ(For(First(8), RunEnd::kDone).outcome, Outcome::kUnknown);
  EXPECT_EQ(For(First(1), RunEnd::kDone).outcome, Outcome::kUnknown);
  EXPECT_EQ(For({}, RunEnd::kDone).outcome, Outcome::kUnknown);
}

TEST_F(LoadConclusionTest, DoesNotKnowWhenAnAnswerIsMissing) {
  const Conclusion nothing = For({}, RunEnd::kNotStarted);
  EXPECT_EQ(nothing.outcome, Outcome::kUnknown);
  EXPECT_EQ(nothing.reason, "Nothing was sent to the card: it was gone.");
  EXPECT_EQ(For({}, RunEnd::kUnknown).reason,
            "The card gave no answer to EXTERNAL AUTHENTICATE. What the card "
            "holds now is not known.");
  const Conclusion load = For(First(6), RunEnd::kUnknown);
  EXPECT_EQ(load.outcome, Outcome::kUnknown);
  EXPECT_EQ(load.reason,
            "The card gave no answer to LOAD 2 of 2 of F043464552. What the "
            "card holds now is not known.");
  EXPECT_THAT(For(First(5), RunEnd::kStopped).reason,
              HasSubstr("The agent stopped before LOAD 1 of 2"));
  EXPECT_THAT(For(First(9), RunEnd::kUnknown).reason, HasSubstr("GET STATUS"));
}

TEST_F(LoadConclusionTest, RemembersTheOriginOnceALoadHasBegun) {
  EXPECT_THAT(For(First(4), RunEnd::kUnknown).record.origins, IsEmpty());
  EXPECT_EQ(
      For(First(6), RunEnd::kUnknown).record.origins.at(kPackage).content_hash,
      kHash);
}

TEST_F(LoadConclusionTest, TheCardDiffersInItsLoadFiles) {
  const Conclusion conclusion =
      For({kOk, kPackageListed, kNothing, kPackageListed}, RunEnd::kStopped);
  EXPECT_EQ(conclusion.outcome, Outcome::kCardDiffers);
  EXPECT_EQ(conclusion.record.snapshot,
            (StatusSnapshot{{kPackageListed}, {kNothing}}));
  EXPECT_NE(conclusion.content.FindLoadFile(kPackage), nullptr);
}

TEST_F(LoadConclusionTest, TheCardDiffersInItsApplications) {
  const Conclusion conclusion =
      For({kOk, kNothing, kAppletListed}, RunEnd::kStopped);
  EXPECT_EQ(conclusion.outcome, Outcome::kCardDiffers);
  EXPECT_EQ(conclusion.record.snapshot,
            (StatusSnapshot{{kNothing}, {kAppletListed}}));
}

TEST_F(LoadConclusionTest, ACardThatListsMoreThanOnePageDiffers) {
  const ResponseApdu page = Answer("E3074F05F043464552", 0x6310);
  const Conclusion conclusion =
      For({kOk, page, kAppletListed}, RunEnd::kStopped);
  EXPECT_EQ(conclusion.outcome, Outcome::kCardDiffers);
  EXPECT_FALSE(conclusion.content.complete);
}

TEST_F(LoadConclusionTest, ACardThatRefusesToListFails) {
  const ResponseApdu refusal = Answer("", 0x6982);
  const Conclusion first = For({kOk, refusal, kNothing}, RunEnd::kStopped);
  EXPECT_EQ(first.outcome, Outcome::kFailed);
  EXPECT_THAT(first.reason,
              testing::StartsWith("The card answered GET STATUS with 6982"));
  EXPECT_EQ(For({kOk, kNothing, refusal}, RunEnd::kStopped).outcome,
            Outcome::kFailed);
}

TEST_F(LoadConclusionTest, ListsThatCannotBeReadFail) {
  const Conclusion before =
      For({kOk, Answer("E3", 0x9000), kNothing, kNothing}, RunEnd::kStopped);
  EXPECT_EQ(before.outcome, Outcome::kFailed);
  EXPECT_THAT(before.reason, HasSubstr("lists cannot be read"));
  std::vector<ResponseApdu> answers = good_;
  answers[8] = Answer("E3", 0x9000);
  EXPECT_EQ(For(answers, RunEnd::kDone).outcome, Outcome::kFailed);
}

TEST_F(LoadConclusionTest, FailsWhenTheCardDoesNotListWhatItAccepted) {
  std::vector<ResponseApdu> answers = good_;
  answers[9] = kNothing;
  const Conclusion conclusion = For(answers, RunEnd::kDone);
  EXPECT_EQ(conclusion.outcome, Outcome::kFailed);
  EXPECT_THAT(conclusion.reason, HasSubstr("it lists no applet F04346455201"));
  EXPECT_EQ(conclusion.record.snapshot,
            (StatusSnapshot{{kPackageListed}, {kNothing}}));
}

TEST_F(LoadConclusionTest, DoesNotKnowWhenTheListsGoOn) {
  std::vector<ResponseApdu> answers = good_;
  answers[8] = Answer("E3074F05F043464551", 0x6310);
  const Conclusion conclusion = For(answers, RunEnd::kDone);
  EXPECT_EQ(conclusion.outcome, Outcome::kUnknown);
  EXPECT_THAT(conclusion.reason, HasSubstr("longer than was read"));
  EXPECT_TRUE(conclusion.record.snapshot.has_value());
}

TEST_F(LoadConclusionTest, RefusesAnswersToAnotherBundle) {
  std::vector<ResponseApdu> answers = good_;
  answers.push_back(kOk);
  EXPECT_THAT(Conclude(state_, {answers, RunEnd::kDone}),
              StatusIs(StatusCode::kInvalidArgument,
                       "these answers do not belong to this bundle"));
  EXPECT_THAT(Conclude(state_, {{kOk}, RunEnd::kNotStarted}),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(LoadConclusionTest, SurvivesAStateThatDoesNotFitItsOwnReads) {
  state_.runs[3].count = 5;
  EXPECT_EQ(For({kOk, kNothing, kNothing, kNothing, kNothing}, RunEnd::kStopped)
                .outcome,
            Outcome::kCardDiffers);
}

TEST_F(LoadConclusionTest, EveryPrefixHasAnOutcome) {
  for (size_t count = 0; count <= good_.size(); ++count) {
    for (const RunEnd end :
         {RunEnd::kDone, RunEnd::kStopped, RunEnd::kUnknown}) {
      const Conclusion conclusion = For(First(count), end);
      EXPECT_EQ(conclusion.outcome == Outcome::kDone, count == good_.size());
      EXPECT_FALSE(conclusion.reason.empty());
    }
  }
}

// A replacement of the package by version 2.0, from a card with version 1.0 of
// it and its applet, and an application that should go.
class ReplacementConclusionTest : public LoadConclusionTest {
 protected:
  ReplacementConclusionTest() {
    state_.runs = {{CommandKind::kAuthenticate, {}, 1},
                   {CommandKind::kPeekLoadFiles, {}, 1},
                   {CommandKind::kCompareApplications, {}, 1},
                   {CommandKind::kCompareLoadFiles, {}, 1},
                   {CommandKind::kDeleteApplication, kApplet, 1},
                   {CommandKind::kDeletePackage, kPackage, 1},
                   {CommandKind::kInstallForLoad, kPackage, 1},
                   {CommandKind::kLoad, kPackage, 1},
                   {CommandKind::kInstall, kApplet, 1},
                   {CommandKind::kReadLoadFiles, {}, 1},
                   {CommandKind::kReadApplications, {}, 1},
                   {CommandKind::kReadModules, {}, 1}};
    state_.expected = {{old_}, {kAppletListed}};
    state_.record.snapshot = state_.expected;
    state_.record.origins = {{kPackage, {Bytes(32, 0xBB)}}};
    state_.wanted[0].package.major = 2;
    state_.wanted[0].imports = {kImport};
    state_.absent_applications = {kUnwanted};
    state_.absent_packages = {kImport};
  }
  std::vector<ResponseApdu> Good() const {
    return {kOk,   old_,  kAppletListed, old_, kDone,         kDone,
            kDone, kDone, kDone,         new_, kAppletListed, modules_};
  }

  const card::Aid kUnwanted = *card::Aid::FromHex("F04346455209");
  const card::Aid kImport = *card::Aid::FromHex("F043464500");
  const ResponseApdu old_ = Answer("E30B4F05F043464552CE020100", 0x9000);
  const ResponseApdu new_ = Answer("E30B4F05F043464552CE020200", 0x9000);
  const ResponseApdu modules_ =
      Answer("E30F4F05F0434645528406F04346455201", 0x9000);
};

TEST_F(ReplacementConclusionTest, IsDoneWhenTheNewVersionIsListed) {
  const Conclusion conclusion = For(Good(), RunEnd::kDone);
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_EQ(conclusion.record.origins.at(kPackage), (Origin{kHash, {kImport}}));
  EXPECT_THAT(conclusion.facts,
              ElementsAre(Fact{"package F043464552 2.0 is on the card"},
                          Fact{"applet F04346455201 is installed"},
                          Fact{"package F043464500 is not on the card"},
                          Fact{"applet F04346455209 is not installed"}));
  EXPECT_THAT(conclusion.content.FindLoadFile(kPackage)->modules,
              ElementsAre(kApplet));
}

TEST_F(ReplacementConclusionTest, ADeletionMayFindNothing) {
  std::vector<ResponseApdu> answers = Good();
  answers[4] = answers[5] = kNothing;
  EXPECT_EQ(For(answers, RunEnd::kDone).outcome, Outcome::kDone);
}

TEST_F(ReplacementConclusionTest, ARefusedDeletionLeavesTheOldOrigin) {
  std::vector<ResponseApdu> answers = Good();
  answers[5] = Answer("", 0x6985);
  for (const size_t count : {6u, 12u}) {  // the agent stopped, or went on
    const Conclusion conclusion =
        For({answers.begin(), answers.begin() + static_cast<ptrdiff_t>(count)},
            RunEnd::kStopped);
    EXPECT_EQ(conclusion.outcome, Outcome::kFailed);
    EXPECT_EQ(conclusion.reason,
              "The card answered DELETE of package F043464552 with 6985 "
              "(conditions of use not satisfied). Something on the card still "
              "needs it, or an application of it is in use: delete first what "
              "imports it or shares its objects. What was to be deleted before "
              "is gone already, in part or all of it.");
    EXPECT_EQ(conclusion.record.origins.at(kPackage).content_hash,
              Bytes(32, 0xBB));
  }
  answers = Good();
  answers[4] = Answer("", 0x6A80);
  answers.resize(5);
  EXPECT_EQ(
      For(answers, RunEnd::kStopped).reason,
      "The card answered DELETE of F04346455201 with 6A80 (incorrect values "
      "in command data). The card does not delete this: read the card and "
      "check its "
      "AID.");
}

TEST_F(ReplacementConclusionTest, OfALoadOfUnknownEndTheOriginIsUnknown) {
  const std::vector<ResponseApdu> good = Good();
  for (size_t count = 0; count <= good.size(); ++count) {
    const Conclusion conclusion =
        For({good.begin(), good.begin() + static_cast<ptrdiff_t>(count)},
            RunEnd::kUnknown);
    EXPECT_EQ(conclusion.record.origins.at(kPackage).content_hash,
              count <= 6 ? UnknownContent() : kHash)
        << count;
  }
}

TEST_F(ReplacementConclusionTest, SaysWhatIsListedThatShouldNot) {
  const auto reason = [this](size_t at, const std::string& list) {
    std::vector<ResponseApdu> answers = Good();
    answers[at] = Answer(list, 0x9000);
    const Conclusion conclusion = For(answers, RunEnd::kDone);
    EXPECT_EQ(conclusion.outcome, Outcome::kFailed);
    return conclusion.reason;
  };
  EXPECT_EQ(reason(9, "E30B4F05F043464552CE020100"),
            "The card accepted every command, but it lists package F043464552 "
            "in another version. Read the card again.");
  EXPECT_THAT(reason(9, ToHex(new_.data) + "E3074F05F043464500"),
              HasSubstr("it lists package F043464500 still"));
  EXPECT_THAT(reason(10, ToHex(kAppletListed.data) + "E3084F06F04346455209"),
              HasSubstr("it lists application F04346455209 still"));
  EXPECT_THAT(reason(10, "E30F4F06F04346455201C405F043464500"),
              HasSubstr("it lists applet F04346455201 of another package"));
}

TEST_F(ReplacementConclusionTest, ACardWithoutModulesIsDoneAsWell) {
  for (const ResponseApdu& answer :
       {Answer("", 0x6A86), Answer("E305", 0x9000), kNothing}) {
    std::vector<ResponseApdu> answers = Good();
    answers.back() = answer;
    const Conclusion conclusion = For(answers, RunEnd::kDone);
    EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
    EXPECT_THAT(conclusion.content.FindLoadFile(kPackage)->modules, IsEmpty());
  }
}

// Nothing to do: only reads.
class ReadConclusionTest : public LoadConclusionTest {
 protected:
  ReadConclusionTest() {
    state_.runs = {{CommandKind::kAuthenticate, {}, 1},
                   {CommandKind::kReadLoadFiles, {}, 1},
                   {CommandKind::kReadApplications, {}, 1}};
    state_.record.snapshot = kLoadedCard;
    state_.expected = kLoadedCard;
  }
};

TEST_F(ReadConclusionTest, IsDoneWhenAllIsThere) {
  const Conclusion conclusion =
      For({kOk, kPackageListed, kAppletListed}, RunEnd::kDone);
  EXPECT_EQ(conclusion.outcome, Outcome::kDone);
  EXPECT_EQ(conclusion.reason, "The card held what it should already.");
}

TEST_F(ReadConclusionTest, DiffersWhenSomethingIsGone) {
  const Conclusion conclusion =
      For({kOk, kPackageListed, kNothing}, RunEnd::kDone);
  EXPECT_EQ(conclusion.outcome, Outcome::kCardDiffers);
  EXPECT_EQ(conclusion.record.snapshot,
            (StatusSnapshot{{kPackageListed}, {kNothing}}));
}

TEST_F(ReadConclusionTest, FailsWhenTheCardRefusesToList) {
  EXPECT_EQ(For({kOk, Answer("", 0x6D00), kNothing}, RunEnd::kDone).outcome,
            Outcome::kFailed);
}

TEST_F(ReadConclusionTest, DoesNotKnowWhenAnAnswerIsMissing) {
  EXPECT_THAT(For({}, RunEnd::kUnknown).reason,
              HasSubstr("Nothing was changed."));
  const Conclusion conclusion = For({kOk, kPackageListed}, RunEnd::kUnknown);
  EXPECT_EQ(conclusion.outcome, Outcome::kUnknown);
  EXPECT_EQ(conclusion.record.snapshot, kLoadedCard);  // as before
}

}  // namespace
}  // namespace cardferry::sequencer
