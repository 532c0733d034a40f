#include "services/sequencer/card_record.h"

#include "lib/base/status_matchers.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::IsEmpty;
using testing::SizeIs;

const card::Aid kPackage = *card::Aid::FromHex("F043464552");
const card::Aid kApplet = *card::Aid::FromHex("F04346455201");

card::ResponseApdu Answer(const std::string& hex, uint16_t sw) {
  return {FromHexOrDie(hex), card::StatusWord(sw)};
}

StatusSnapshot Snapshot() {
  return {{Answer("E3074F05F043464552", 0x9000)},
          {Answer("E3084F06F04346455201", 0x9000)}};
}

TEST(CardContentTest, FindsByAid) {
  ASSERT_OK_AND_ASSIGN(const CardContent content, ReadContent(Snapshot()));
  EXPECT_TRUE(content.complete);
  ASSERT_NE(content.FindLoadFile(kPackage), nullptr);
  EXPECT_EQ(content.FindLoadFile(kApplet), nullptr);
  ASSERT_NE(content.FindApplication(kApplet), nullptr);
  EXPECT_EQ(content.FindApplication(kPackage), nullptr);
}

TEST(CardContentTest, IsCompleteOnlyWhenBothListsAre) {
  StatusSnapshot snapshot = Snapshot();
  snapshot.applications[0].sw = card::kMoreDataAvailable;
  EXPECT_FALSE(ReadContent(snapshot)->complete);
}

TEST(CardContentTest, HasTheModulesThatAreListed) {
  StatusSnapshot snapshot = Snapshot();
  snapshot.modules = {
      Answer("E3124F05F0434645528409F04346455252590101", 0x9000)};
  EXPECT_THAT(ReadContent(snapshot)->FindLoadFile(kPackage)->modules,
              SizeIs(1));
  for (const auto& page :
       {Answer("", 0x6A86), Answer("E305", 0x9000), Answer("", 0x6A88)}) {
    snapshot.modules = {page};
    EXPECT_THAT(ReadContent(snapshot)->FindLoadFile(kPackage)->modules,
                IsEmpty());
  }
}

TEST(CardContentTest, APageIsTheAnswerToAShortCommand) {
  StatusSnapshot snapshot = Snapshot();
  snapshot.applications[0].data.resize(257);
  EXPECT_THAT(ReadContent(snapshot),
              StatusIs(StatusCode::kInvalidArgument,
                       "a page of GET STATUS with 257 bytes"));
}

TEST(UpdateSnapshotTest, KeepsNoModulesThatCannotBeRead) {
  CardRecord record{"k/00"};
  StatusSnapshot snapshot = Snapshot();
  snapshot.modules = {Answer("E3074F05F043464552", 0x9000), Answer("", 0x6A88)};
  ASSERT_OK(UpdateSnapshot(record, snapshot));
  EXPECT_THAT(record.snapshot->modules, SizeIs(1));
  snapshot.modules = {Answer("", 0x6A86)};
  ASSERT_OK(UpdateSnapshot(record, snapshot));
  EXPECT_THAT(record.snapshot->modules, IsEmpty());
}

TEST(UpdateSnapshotTest, ForgetsTheOriginOfWhatIsGone) {
  CardRecord record{"k/00",
                    std::nullopt,
                    {{kPackage, {Bytes(32, 1)}}, {kApplet, {Bytes(32, 2)}}},
                    {}};
  ASSERT_OK(UpdateSnapshot(record, Snapshot()));
  EXPECT_EQ(record.snapshot, Snapshot());
  EXPECT_THAT(record.origins, SizeIs(1));
  EXPECT_EQ(record.origins.count(kPackage), 1u);
}

TEST(UpdateSnapshotTest, DropsWhatWasAskedInVain) {
  CardRecord record{"k/00"};
  StatusSnapshot snapshot = Snapshot();
  snapshot.load_files[0].sw = card::kMoreDataAvailable;
  snapshot.load_files.push_back(Answer("E3074F05F043464553", 0x9000));
  const StatusSnapshot wanted = snapshot;
  snapshot.load_files.push_back(Answer("", 0x6A88));
  snapshot.applications.push_back(Answer("", 0x6985));
  ASSERT_OK(UpdateSnapshot(record, snapshot));
  EXPECT_EQ(record.snapshot, wanted);
}

TEST(UpdateSnapshotTest, ForgetsNothingWhenTheListIsNotComplete) {
  CardRecord record{"k/00", std::nullopt, {{kApplet, {Bytes(32, 2)}}}, {}};
  StatusSnapshot snapshot = Snapshot();
  snapshot.load_files[0].sw = card::kMoreDataAvailable;
  ASSERT_OK(UpdateSnapshot(record, snapshot));
  EXPECT_THAT(record.origins, SizeIs(1));
}

TEST(UpdateSnapshotTest, ChangesNothingWhenTheListsCannotBeRead) {
  CardRecord record{"k/00", std::nullopt, {{kApplet, {Bytes(32, 2)}}}, {}};
  const CardRecord before = record;
  StatusSnapshot snapshot = Snapshot();
  snapshot.applications[0] = Answer("", 0x6982);
  EXPECT_THAT(UpdateSnapshot(record, snapshot),
              StatusIs(StatusCode::kFailedPrecondition));
  snapshot.applications[0] = Answer("E305", 0x9000);
  EXPECT_THAT(UpdateSnapshot(record, snapshot),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_EQ(record, before);
}

}  // namespace
}  // namespace cardferry::sequencer
