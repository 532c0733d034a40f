#include "services/sequencer/files/file_survey.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::sequencer {
namespace {

constexpr char kFcp[] = "620B82010183020101800200049000";

// 5000 { 0101: 4 bytes, 2 of them given; 0102: records } and 0200, absent.
DesiredFileTree Tree() {
  DesiredFile binary;
  binary.id = card::FileId(0x0101);
  binary.kind = card::FileKind::kTransparent;
  binary.size = 4;
  binary.content = FromHexOrDie("AABB");
  DesiredFile records;
  records.id = card::FileId(0x0102);
  records.kind = card::FileKind::kLinearFixed;
  records.record_size = 1;
  records.record_count = 3;
  records.records = {{0x01}, {0x02}};
  DesiredFile df;
  df.id = card::FileId(0x5000);
  df.children = {binary, records};
  DesiredFile absent;
  absent.id = card::FileId(0x0200);
  absent.absent = true;
  return {{df, absent}, false};
}

std::vector<card::ResponseApdu> Answers(const std::vector<const char*>& hex) {
  std::vector<card::ResponseApdu> answers;
  for (const char* answer : hex) {
    answers.push_back(*card::ResponseApdu::Parse(FromHexOrDie(answer)));
  }
  return answers;
}

TEST(FileSurveyTest, ReadsWhatTheTreeNamesAndNothingElse) {
  const DesiredFileTree tree = Tree();
  ASSERT_OK_AND_ASSIGN(const FileSurvey survey, FileSurvey::Create(tree, {}));
  std::vector<std::string> commands;
  for (const card::ScriptCommand& step : survey.script()) {
    commands.push_back(ToHex(step.command.Encode()));
    EXPECT_TRUE(card::IsExpected(step, {{}, card::StatusWord(0x6A82)}));
  }
  EXPECT_EQ(commands,
            std::vector<std::string>({"00A4080402500000",
                                      "00A408040450000101"
                                      "00",
                                      "00B0000002",
                                      "00A408040450000102"
                                      "00",
                                      "00B2010400", "00B2020400", "00B2030400",
                                      "00A4080402020000"}));
}

TEST(FileSurveyTest, TakesWhatTheCardSaid) {
  const DesiredFileTree tree = Tree();
  ASSERT_OK_AND_ASSIGN(const FileSurvey survey, FileSurvey::Create(tree, {}));
  ASSERT_OK_AND_ASSIGN(
      const auto files,
      survey.Conclude(Answers({"620782013883025000"
                               "6283",
                               kFcp, "AABB9000",
                               "620B8205022100010383020102"
                               "9000",
                               "019000", "6A83", "6A83", "6A82"})));
  ASSERT_EQ(files.size(), 4u);
  EXPECT_EQ(PathText(files[1].path), "5000/0101");
  EXPECT_EQ(files[1].actual->control.size, 4u);
  EXPECT_EQ(ToHex(files[1].actual->content), "AABB");
  EXPECT_EQ(files[2].actual->records, std::vector<Bytes>({{0x01}}));
  EXPECT_TRUE(files[2].actual->readable);
  EXPECT_FALSE(files[3].actual.has_value());
}

TEST(FileSurveyTest, AnswersAfterAFileThatIsNotThereDoNotCount) {
  const DesiredFileTree tree = Tree();
  ASSERT_OK_AND_ASSIGN(const FileSurvey survey, FileSurvey::Create(tree, {}));
  ASSERT_OK_AND_ASSIGN(
      const auto files,
      survey.Conclude(Answers({"6A82", "6A82", "AABB9000", "6A82", "019000",
                               "029000", "6A83", "6A82"})));
  for (const FileComparison& file : files) {
    EXPECT_FALSE(file.actual.has_value());
  }
}

TEST(FileSurveyTest, ContentThatCannotBeReadIsNotCompared) {
  const DesiredFileTree tree = Tree();
  ASSERT_OK_AND_ASSIGN(const FileSurvey survey, FileSurvey::Create(tree, {}));
  ASSERT_OK_AND_ASSIGN(
      const auto files,
      survey.Conclude(Answers(
          {"62009000", kFcp, "6982", kFcp, "6982", "6982", "6982", "6A82"})));
  EXPECT_FALSE(files[1].actual->readable);
  EXPECT_FALSE(files[2].actual->readable);
}

TEST(FileSurveyTest, NamesTheFileWhoseAnswerMakesNoSense) {
  const DesiredFileTree tree = Tree();
  ASSERT_OK_AND_ASSIGN(const FileSurvey survey, FileSurvey::Create(tree, {}));
  std::vector<card::ResponseApdu> answers(8, {{}, card::StatusWord(0x6A82)});
  answers[1] = {{}, card::StatusWord(0x6982)};
  EXPECT_THAT(
      survey.Conclude(answers),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               "file 5000/0101: the card answers SELECT with 6982 (security "
               "status not satisfied)"));
  answers[1] = {FromHexOrDie("6203830101"), card::kSuccess};
  EXPECT_THAT(survey.Conclude(answers),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "file 5000/0101: file control parameter 83 does not "
                       "have 2 bytes"));
  answers.pop_back();
  EXPECT_THAT(survey.Conclude(answers),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a survey of 8 commands has 7 answers"));
}

TEST(FileSurveyTest, ATreeThatIsTooLargeIsRefused) {
  DesiredFileTree tree;
  tree.files.resize(1025);
  EXPECT_THAT(FileSurvey::Create(tree, {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::sequencer
