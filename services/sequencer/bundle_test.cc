#include "services/sequencer/bundle.h"

#include "lib/base/status_matchers.h"
#include "lib/crypto/digest.h"
#include "services/sequencer/testing/applets.h"
#include "services/sequencer/testing/test_profiles.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using card::StatusWord;
using testing::ElementsAre;

const card::Aid kPackage = *card::Aid::FromHex("F043464552525901");
const card::Aid kApplet = *card::Aid::FromHex("F04346455252590101");

card::ResponseApdu Answer(const Bytes& data, uint16_t sw) {
  return {data, StatusWord(sw)};
}

class BundleTest : public testing::Test {
 protected:
  ContentPlan Brokerage() {
    return {{LoadStep{LoadApplet("brokerage.cap")},
             InstallStep{{kPackage, kApplet, kApplet, {0x00}, {0x41}}}}};
  }
  absl::StatusOr<Bundle> Build(const ContentPlan& plan, uint8_t level = 0x03) {
    return BuildBundle(plan, profile_.factory_content, profile_, level);
  }
  CardProfile profile_ = TestProfile("demo", 0x30);
};

std::vector<std::string> Headers(const card::Script& script) {
  std::vector<std::string> headers;
  for (const auto& command : script) {
    headers.push_back(ToHex(ByteSpan(command.command.Encode()).first(4)));
  }
  return headers;
}

TEST_F(BundleTest, ReadsTwiceBeforeItChangesAnythingAndOnceAfter) {
  ASSERT_OK_AND_ASSIGN(const Bundle bundle, Build(Brokerage()));
  EXPECT_THAT(Headers(bundle.commands),
              ElementsAre("80F22002", "80F24002", "80F22002",  //
                          "80E60200", "80E80000", "80E80001", "80E88002",
                          "80E60C00",  //
                          "80F22002", "80F24002", "80F21002"));
  EXPECT_THAT(bundle.runs,
              ElementsAre(CommandRun{CommandKind::kPeekLoadFiles, {}, 1},
                          CommandRun{CommandKind::kCompareApplications, {}, 1},
                          CommandRun{CommandKind::kCompareLoadFiles, {}, 1},
                          CommandRun{CommandKind::kInstallForLoad, kPackage, 1},
                          CommandRun{CommandKind::kLoad, kPackage, 3},
                          CommandRun{CommandKind::kInstall, kApplet, 1},
                          CommandRun{CommandKind::kReadLoadFiles, {}, 1},
                          CommandRun{CommandKind::kReadApplications, {}, 1},
                          CommandRun{CommandKind::kReadModules, {}, 1}));
  EXPECT_EQ(bundle.Changes(), 5u);
  EXPECT_OK(card::DecodeScript(card::EncodeScript(bundle.commands)));
}

TEST_F(BundleTest, StopsAtWhatIsNotExpectedExceptWhereItOnlyReads) {
  ASSERT_OK_AND_ASSIGN(const Bundle bundle, Build(Brokerage()));
  size_t index = 0;
  for (const CommandRun& run : bundle.runs) {
    for (uint32_t i = 0; i < run.count; ++i, ++index) {
      const bool reads = run.kind == CommandKind::kPeekLoadFiles ||
                         run.kind == CommandKind::kReadLoadFiles ||
                         run.kind == CommandKind::kReadApplications ||
                         run.kind == CommandKind::kReadModules;
      EXPECT_EQ(bundle.commands[index].on_mismatch,
                reads ? card::OnMismatch::kContinue : card::OnMismatch::kStop);
    }
  }
  EXPECT_EQ(index, bundle.commands.size());
}

TEST_F(BundleTest, AChangeMayBeAnsweredWithAndWithoutAByte) {
  ASSERT_OK_AND_ASSIGN(const Bundle bundle, Build(Brokerage()));
  const card::ScriptCommand& load = bundle.commands[4];
  EXPECT_EQ(load.label, "LOAD 1/3");
  EXPECT_TRUE(card::IsExpected(load, Answer({0x00}, 0x9000)));
  EXPECT_TRUE(card::IsExpected(load, Answer({}, 0x9000)));
  EXPECT_FALSE(card::IsExpected(load, Answer({}, 0x6A84)));
  EXPECT_FALSE(card::IsExpected(load, Answer({}, 0x6310)));
}

TEST_F(BundleTest, ComparesWithTheFactoryContentOfAnEmptyCard) {
  ASSERT_OK_AND_ASSIGN(const Bundle bundle, Build(Brokerage()));
  for (const size_t compare : {1u, 2u}) {
    EXPECT_TRUE(card::IsExpected(bundle.commands[compare], Answer({}, 0x6A88)));
    EXPECT_FALSE(
        card::IsExpected(bundle.commands[compare], Answer({}, 0x9000)));
  }
}

TEST_F(BundleTest, ComparesEveryPageOfTheLists) {
  const Bytes one = FromHexOrDie("E3074F05F043464551");
  const Bytes two = FromHexOrDie("E3074F05F043464552");
  const StatusSnapshot expected = {{Answer(one, 0x6310), Answer(two, 0x9000)},
                                   {Answer({}, 0x6A88)}};
  ASSERT_OK_AND_ASSIGN(const Bundle bundle,
                       BuildBundle(Brokerage(), expected, profile_, 0x03));
  EXPECT_THAT(Headers({bundle.commands.begin(), bundle.commands.begin() + 6}),
              ElementsAre("80F22002", "80F22003", "80F24002", "80F22002",
                          "80F22003", "80E60200"));
  EXPECT_TRUE(card::IsExpected(bundle.commands[3], Answer(one, 0x6310)));
  EXPECT_FALSE(card::IsExpected(bundle.commands[3], Answer(one, 0x9000)));
  EXPECT_FALSE(card::IsExpected(bundle.commands[3], Answer(two, 0x6310)));
  EXPECT_TRUE(card::IsExpected(bundle.commands[4], Answer(two, 0x9000)));
  EXPECT_FALSE(card::IsExpected(bundle.commands[4], Answer(one, 0x9000)));
}

TEST_F(BundleTest, SaysTheHashOfWhatIsLoadedWhereTheProfileWantsIt) {
  ASSERT_OK_AND_ASSIGN(const Bundle plain, Build(Brokerage()));
  profile_.rules.load_file_hash = crypto::HashAlgorithm::kSha256;
  ASSERT_OK_AND_ASSIGN(const Bundle hashed, Build(Brokerage()));
  const ByteSpan without = plain.commands[3].command.data();
  const ByteSpan with = hashed.commands[3].command.data();
  ASSERT_EQ(with.size(), without.size() + 32);
  const size_t names = without.size() - 3;  // hash, parameters, token: empty
  EXPECT_EQ(with[names], 32);
  ASSERT_OK_AND_ASSIGN(const Bytes block, LoadApplet("brokerage.cap")
                                              ->cap.LoadFileDataBlock(
                                                  card::Descriptor::kLeaveOut));
  EXPECT_EQ(ToHex(with.subspan(names + 1, 32)), ToHex(crypto::Sha256(block)));
}

// An answer with a MAC of eight bytes.
card::ResponseApdu Maced(const Bytes& data, uint16_t sw) {
  return Answer(Concat({data, Bytes(8, 0xC1)}), sw);
}

TEST_F(BundleTest, ComparesWhatStandsBeforeTheMacsOfAnswers) {
  const Bytes one = FromHexOrDie("E3074F05F043464551");
  const Bytes two = FromHexOrDie("E3074F05F043464552");
  const StatusSnapshot expected = {{Answer(one, 0x9000)}, {Answer({}, 0x6A88)}};
  ASSERT_OK_AND_ASSIGN(const Bundle bundle,
                       BuildBundle(Brokerage(), expected, profile_, 0x13));
  EXPECT_TRUE(card::IsExpected(bundle.commands[1], Answer({}, 0x6A88)));
  EXPECT_TRUE(card::IsExpected(bundle.commands[2], Maced(one, 0x9000)));
  EXPECT_FALSE(card::IsExpected(bundle.commands[2], Maced(two, 0x9000)));
  EXPECT_FALSE(card::IsExpected(bundle.commands[2], Answer(one, 0x9000)));
}

TEST_F(BundleTest, ComparesTheLengthOfWhatIsEncrypted) {
  const StatusSnapshot expected = {
      {Answer(FromHexOrDie("E3074F05F043464551"), 0x9000)},
      {Answer({}, 0x6A88)}};
  ASSERT_OK_AND_ASSIGN(const Bundle bundle,
                       BuildBundle(Brokerage(), expected, profile_, 0x33));
  EXPECT_TRUE(
      card::IsExpected(bundle.commands[2], Maced(Bytes(16, 0x5A), 0x9000)));
  EXPECT_FALSE(
      card::IsExpected(bundle.commands[2], Maced(Bytes(32, 0x5A), 0x9000)));
  EXPECT_FALSE(card::IsExpected(bundle.commands[2], Maced({}, 0x9000)));
}

TEST_F(BundleTest, EndsWithAReadThatNoCardRefusesWhereAnswersHaveMacs) {
  ASSERT_OK_AND_ASSIGN(
      const Bundle bundle,
      BuildBundle({}, profile_.factory_content, profile_, 0x11));
  EXPECT_THAT(Headers(bundle.commands),
              ElementsAre("80F22002", "80F24002", "80F21002", "80F28002"));
  EXPECT_EQ(bundle.runs.back().kind, CommandKind::kReadSecurityDomain);
  profile_.rules.tokens = {TokenFor::kDelete};
  ASSERT_OK_AND_ASSIGN(
      const Bundle delegated,
      BuildBundle({}, profile_.factory_content, profile_, 0x11));
  EXPECT_THAT(Headers(delegated.commands),
              ElementsAre("80F22002", "80F24002", "80F21002", "80F24002"));
}

TEST_F(BundleTest, OnlyReadsWhenThereIsNothingToDo) {
  ASSERT_OK_AND_ASSIGN(const Bundle bundle, Build({}));
  EXPECT_THAT(Headers(bundle.commands),
              ElementsAre("80F22002", "80F24002", "80F21002"));
  EXPECT_EQ(bundle.Changes(), 0u);
}

TEST_F(BundleTest, ReadsMorePagesWhenTheLastOneWasNotTheEnd) {
  const StatusSnapshot unfinished = {{Answer({}, 0x6310), Answer({}, 0x6310)},
                                     {Answer({}, 0x6A88)}};
  ASSERT_OK_AND_ASSIGN(const Bundle bundle,
                       BuildBundle({}, unfinished, profile_, 0x03));
  EXPECT_THAT(bundle.runs,
              ElementsAre(CommandRun{CommandKind::kReadLoadFiles, {}, 4},
                          CommandRun{CommandKind::kReadApplications, {}, 1},
                          CommandRun{CommandKind::kReadModules, {}, 4}));
}

TEST_F(BundleTest, AsksForModulesLastAndTakesNoForAnAnswer) {
  ASSERT_OK_AND_ASSIGN(Bundle bundle, Build({}));
  EXPECT_EQ(bundle.runs.back().kind, CommandKind::kReadModules);
  EXPECT_EQ(bundle.commands.back().on_mismatch, card::OnMismatch::kContinue);
  profile_.lists_modules = false;
  ASSERT_OK_AND_ASSIGN(bundle, Build({}));
  EXPECT_THAT(Headers(bundle.commands), ElementsAre("80F22002", "80F24002"));
  profile_.lists_modules = true;
  StatusSnapshot expected = profile_.factory_content;
  expected.modules = {Answer({}, 0x6310), Answer({}, 0x9000)};
  ASSERT_OK_AND_ASSIGN(bundle, BuildBundle({}, expected, profile_, 0x03));
  EXPECT_EQ(bundle.runs.back(), (CommandRun{CommandKind::kReadModules, {}, 2}));
}

TEST_F(BundleTest, ReadsOnePageMoreWhenTheListWillNotFit) {
  const StatusSnapshot long_list = {{Answer(Bytes(200), 0x9000)},
                                    {Answer({}, 0x6A88)}};
  ASSERT_OK_AND_ASSIGN(const Bundle bundle,
                       BuildBundle(Brokerage(), long_list, profile_, 0x03));
  EXPECT_EQ(bundle.runs[bundle.runs.size() - 3],
            (CommandRun{CommandKind::kReadLoadFiles, {}, 2}));
  EXPECT_EQ(bundle.runs[bundle.runs.size() - 2],
            (CommandRun{CommandKind::kReadApplications, {}, 1}));
  EXPECT_EQ(bundle.runs.back(), (CommandRun{CommandKind::kReadModules, {}, 2}));
}

TEST_F(BundleTest, DeletesInTheOrderOfThePlan) {
  const ContentPlan plan{
      {DeleteApplicationStep{kApplet},
       DeletePackageStep{kPackage, card::DeleteRelated::kNo},
       DeletePackageStep{kPackage, card::DeleteRelated::kYes}}};
  ASSERT_OK_AND_ASSIGN(const Bundle bundle, Build(plan));
  std::vector<std::string> commands;
  for (const size_t at : {3u, 4u, 5u}) {
    commands.push_back(ToHex(bundle.commands[at].command.Encode()));
  }
  EXPECT_THAT(commands, ElementsAre("80E400000B4F09F0434645525259010100",
                                    "80E400000A4F08F04346455252590100",
                                    "80E400800A4F08F04346455252590100"));
  EXPECT_EQ(bundle.runs[3],
            (CommandRun{CommandKind::kDeleteApplication, kApplet, 1}));
  EXPECT_EQ(bundle.runs[4],
            (CommandRun{CommandKind::kDeletePackage, kPackage, 2}));
  EXPECT_EQ(bundle.commands[3].label, "DELETE F04346455252590101");
  EXPECT_EQ(bundle.Changes(), 3u);
}

TEST_F(BundleTest, ADeletionOfWhatIsGoneWentThrough) {
  ASSERT_OK_AND_ASSIGN(const Bundle bundle,
                       Build({{DeleteApplicationStep{kApplet}}}));
  for (const uint16_t sw :
       {uint16_t{0x9000}, uint16_t{0x6A88}, uint16_t{0x6A82}, uint16_t{0x6200},
        uint16_t{0x6985}, uint16_t{0x6A80}}) {
    const bool fine = sw != 0x6985 && sw != 0x6A80;
    EXPECT_EQ(card::IsExpected(bundle.commands[3], Answer({}, sw)), fine) << sw;
    EXPECT_EQ(WentThrough(CommandKind::kDeleteApplication, StatusWord(sw)),
              fine);
    EXPECT_EQ(WentThrough(CommandKind::kLoad, StatusWord(sw)), sw == 0x9000);
  }
}

TEST_F(BundleTest, SendsDescriptorWhenTheProfileSaysSo) {
  profile_.descriptor = card::Descriptor::kSend;  // 671 + 206 + 4 = 881 bytes
  ASSERT_OK_AND_ASSIGN(const Bundle bundle, Build(Brokerage(), 0x01));
  EXPECT_EQ(bundle.runs[4], (CommandRun{CommandKind::kLoad, kPackage, 4}));
}

TEST_F(BundleTest, RefusesALoadFileThatIsTooLargeForTheChannel) {
  const ContentPlan plan{{LoadStep{LoadApplet("tables61.cap")}}};
  EXPECT_OK(Build(plan, 0x01));
  EXPECT_THAT(
      Build(plan, 0x03),
      StatusIs(StatusCode::kResourceExhausted,
               "package F043464552525906: the load file has 62376 bytes with "
               "its tag and length; short commands at security level 03 carry "
               "at most 61184"));
}

TEST_F(BundleTest, RefusesParametersThatAreTooLong) {
  ContentPlan plan = Brokerage();
  std::get<InstallStep>(plan.steps[1]).installation.parameters.resize(220);
  EXPECT_THAT(Build(plan),
              StatusIs(StatusCode::kResourceExhausted,
                       "applet F04346455252590101: INSTALL with 220 bytes of "
                       "parameters has 257 bytes; a short command at security "
                       "level 03 carries at most 239"));
}

TEST_F(BundleTest, RefusesMoreCommandsThanABundleTakes) {
  ContentPlan plan;
  const auto file = LoadApplet("tables55.cap");  // 236 LOADs each
  for (int i = 0; i < 20; ++i) plan.steps.push_back(LoadStep{file});
  EXPECT_THAT(
      Build(plan),
      StatusIs(StatusCode::kResourceExhausted,
               "the load has 4748 commands, one bundle takes 1023: load "
               "the packages one after the other"));
}

TEST(EncodePartsTest, CutsBetweenCommands) {
  ContentPlan plan{{LoadStep{LoadApplet("tables30.cap")}}};
  const CardProfile profile = TestProfile("demo", 0x30);
  ASSERT_OK_AND_ASSIGN(
      const Bundle bundle,
      BuildBundle(plan, profile.factory_content, profile, 0x03));
  const std::vector<Bytes> parts = EncodeParts(bundle.commands, 10000);
  EXPECT_EQ(parts.size(), 4u);
  card::Script joined;
  for (const Bytes& part : parts) {
    EXPECT_LE(part.size(), 10000u);
    ASSERT_OK_AND_ASSIGN(const card::Script script, card::DecodeScript(part));
    joined.insert(joined.end(), script.begin(), script.end());
  }
  EXPECT_EQ(joined, bundle.commands);
  EXPECT_EQ(EncodeParts(bundle.commands, 1 << 20).size(), 1u);
  EXPECT_EQ(EncodeParts(bundle.commands, 1).size(), bundle.commands.size());
}

}  // namespace
}  // namespace cardferry::sequencer
