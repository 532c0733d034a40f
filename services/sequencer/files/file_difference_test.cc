#include "services/sequencer/files/file_difference.h"

#include "gtest/gtest.h"

namespace cardferry::sequencer {
namespace {

DesiredFile Binary() {
  DesiredFile file;
  file.id = card::FileId(0x0101);
  file.kind = card::FileKind::kTransparent;
  file.size = 4;
  file.short_id = 1;
  file.rules.Set(card::FileAccess::kRead, card::kAlways);
  return file;
}

DesiredFile Records() {
  DesiredFile file;
  file.kind = card::FileKind::kLinearFixed;
  file.record_size = 2;
  file.record_count = 3;
  file.records = {FromHexOrDie("0102")};
  return file;
}

SurveyedFile AsDesired(const DesiredFile& file) {
  return {NewFileControl(file, 0x05), true, file.content, file.records};
}

TEST(FileDifferenceTest, AFileAsItWasCreatedIsNoObstacle) {
  for (const DesiredFile& file : {Binary(), Records(), DesiredFile()}) {
    EXPECT_EQ(ObstacleIn(file, AsDesired(file)), std::nullopt);
  }
}

TEST(FileDifferenceTest, SaysWhatIsInTheWay) {
  SurveyedFile actual = AsDesired(Binary());
  EXPECT_EQ(ObstacleIn(Records(), actual),
            "it is transparent instead of linear fixed");
  actual.control.size = 5;
  EXPECT_EQ(ObstacleIn(Binary(), actual), "it has 5 bytes instead of 4");
  actual = AsDesired(Binary());
  actual.control.short_id.reset();
  EXPECT_EQ(ObstacleIn(Binary(), actual),
            "it has the short identifier 0 instead of 1");
  actual = AsDesired(Binary());
  actual.control.rules->Set(card::FileAccess::kRead, card::kNever);
  EXPECT_EQ(ObstacleIn(Binary(), actual), "it has other access rules");
  actual.control.rules.reset();
  EXPECT_EQ(ObstacleIn(Binary(), actual), "it has other access rules");
  actual = AsDesired(Binary());
  actual.control.has_further_rules = true;
  EXPECT_EQ(ObstacleIn(Binary(), actual), "it has other access rules");
  actual.control.descriptor.reset();
  EXPECT_EQ(ObstacleIn(Binary(), actual), "the card does not say its kind");
  DesiredFile df;
  actual = AsDesired(df);
  actual.control.df_name = FromHexOrDie("A000000001");
  EXPECT_EQ(ObstacleIn(df, actual), "it has another DF name");
  actual = AsDesired(Records());
  actual.control.descriptor->record_count = 4;
  EXPECT_EQ(ObstacleIn(Records(), actual),
            "it has 4 records of 2 bytes instead of 3 of 2");
  actual = AsDesired(Records());
  actual.records.push_back(FromHexOrDie("0304"));
  EXPECT_EQ(ObstacleIn(Records(), actual), "it has more than 1 records");
}

TEST(FileDifferenceTest, ContentThatCannotBeReadIsTakenForRight) {
  SurveyedFile actual = AsDesired(Records());
  EXPECT_TRUE(ContentMatches(Records(), actual));
  actual.records[0][0] = 0xFF;
  EXPECT_FALSE(ContentMatches(Records(), actual));
  actual.readable = false;
  EXPECT_TRUE(ContentMatches(Records(), actual));
}

}  // namespace
}  // namespace cardferry::sequencer
