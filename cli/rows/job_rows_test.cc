#include "cli/rows/job_rows.h"

#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

auto Refused(const std::string& why) {
  return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why));
}

TEST(JobRowsTest, CsvHasTheNamesInItsFirstLine) {
  const auto rows = ParseCsvRows("card,NAME\nissuer/00,\"Zoë, A.\"\ni/01,B\n");
  ASSERT_OK(rows);
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_EQ((*rows)[0].line, 2u);
  EXPECT_THAT((*rows)[0].values,
              ElementsAre(Pair("NAME", "Zoë, A."), Pair("card", "issuer/00")));
  EXPECT_THAT((*rows)[1].values,
              ElementsAre(Pair("NAME", "B"), Pair("card", "i/01")));
}

TEST(JobRowsTest, JsonLinesAreAnObjectALine) {
  const auto rows = ParseJsonRows(
      "{\"card\": \"i/00\", \"n\": 4711, \"x\": true}\n\n{\"card\":\"i/01\"}");
  ASSERT_OK(rows);
  ASSERT_EQ(rows->size(), 2u);
  EXPECT_THAT(
      (*rows)[0].values,
      ElementsAre(Pair("card", "i/00"), Pair("n", "4711"), Pair("x", "true")));
  EXPECT_EQ((*rows)[1].line, 3u);
}

TEST(JobRowsTest, RefusesWhatIsNoRow) {
  EXPECT_THAT(ParseCsvRows("a,b\n"), Refused("there are no rows"));
  EXPECT_THAT(ParseCsvRows("a,a\n1,2\n"), Refused("the name a is there twice"));
  EXPECT_THAT(ParseCsvRows("a b\n1\n"), Refused("line 2: a name is letters"));
  EXPECT_THAT(ParseJsonRows(""), Refused("there are no rows"));
  EXPECT_THAT(ParseJsonRows("{\"a\":\"1\"}\n[1]"),
              Refused("line 2: not a JSON object"));
  EXPECT_THAT(ParseJsonRows("{\"a\":\"sec"), Refused("not a JSON object"));
  EXPECT_THAT(ParseJsonRows("{\"a\":null}"), Refused("a value is no string"));
  EXPECT_THAT(ParseJsonRows("{\"a\":{\"b\":1}}"),
              Refused("a value is no string"));
  EXPECT_THAT(ParseJsonRows("{\"\":1}"), Refused("a name is letters"));
}

TEST(JobRowsTest, AFileIsReadAsItsNameSays) {
  const std::string csv = testing::TempDir() + "/job_rows_test.csv";
  std::ofstream(csv) << "a\n1\n";
  EXPECT_EQ(ReadRows(csv).value().size(), 1u);
  const std::string json = testing::TempDir() + "/job_rows_test.jsonl";
  std::ofstream(json) << "{\"a\":1}\n{\"a\":2}\n";
  EXPECT_EQ(ReadRows(json).value().size(), 2u);
  EXPECT_THAT(ReadRows("rows.txt"), Refused("a .csv or a .jsonl file"));
  EXPECT_THAT(ReadRows(testing::TempDir() + "/none.csv"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace cardferry::cli
