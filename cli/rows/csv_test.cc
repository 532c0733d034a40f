#include "cli/rows/csv.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cli {
namespace {

using testing::HasSubstr;
using Fields = std::vector<std::string>;

std::vector<Fields> Parsed(const std::string& text) {
  const auto records = ParseCsv(text);
  EXPECT_OK(records);
  std::vector<Fields> all;
  if (!records.ok()) return all;
  for (const CsvRecord& record : *records) all.push_back(record.fields);
  return all;
}

auto Refused(const std::string& why) {
  return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why));
}

TEST(CsvTest, RecordsEndWithEitherLineEndOrTheFile) {
  const std::vector<Fields> wanted = {{"a", "b"}, {"1", "2"}};
  EXPECT_EQ(Parsed("a,b\n1,2\n"), wanted);
  EXPECT_EQ(Parsed("a,b\r\n1,2\r\n"), wanted);
  EXPECT_EQ(Parsed("a,b\n1,2"), wanted);
  EXPECT_EQ(Parsed("\xEF\xBB\xBF"
                   "a,b\n\n1,2\n\r\n"),
            wanted);
  EXPECT_EQ(Parsed(""), std::vector<Fields>{});
}

TEST(CsvTest, QuotedFieldsHoldAnything) {
  EXPECT_EQ(Parsed("\"a,\"\"b\"\"\",\"x\ny\"\r\n,\"\"\n"),
            (std::vector<Fields>{{"a,\"b\"", "x\ny"}, {"", ""}}));
}

TEST(CsvTest, LinesAreThoseOfTheFile) {
  const auto records = ParseCsv("a\n\"x\ny\"\n\nb\n");
  ASSERT_OK(records);
  ASSERT_EQ(records->size(), 3u);
  EXPECT_EQ((*records)[0].line, 1u);
  EXPECT_EQ((*records)[1].line, 2u);
  EXPECT_EQ((*records)[2].line, 5u);
}

TEST(CsvTest, RefusesWhatMayBeMeantOtherwise) {
  EXPECT_THAT(ParseCsv("a,b\n1\n"),
              Refused("line 2: 1 fields, the first line has 2"));
  EXPECT_THAT(ParseCsv("a\n4\"7\n"), Refused("line 2: a quote in the middle"));
  EXPECT_THAT(ParseCsv("\"a\"b\n"), Refused("line 1: text after a closing"));
  EXPECT_THAT(ParseCsv("a\rb\n"), Refused("a lone CR"));
  EXPECT_THAT(ParseCsv("a\n\"b\nc"), Refused("line 2: a quote is not closed"));
  EXPECT_THAT(ParseCsv(absl::string_view("a\0b", 3)),
              Refused("line 1: a NUL byte"));
}

TEST(CsvTest, RefusesWhatIsBeyondItsLimits) {
  EXPECT_OK(ParseCsv(std::string(kMaxCsvFieldBytes, 'x')));
  EXPECT_THAT(ParseCsv(std::string(kMaxCsvFieldBytes + 1, 'x')),
              Refused("a field of more than 16384 bytes"));
  EXPECT_THAT(ParseCsv("\"" + std::string(kMaxCsvFieldBytes + 1, 'x')),
              Refused("a field of more than 16384 bytes"));
  EXPECT_OK(ParseCsv(std::string(kMaxCsvFields - 1, ',')));
  EXPECT_THAT(ParseCsv(std::string(kMaxCsvFields, ',')),
              Refused("more than 256 fields"));
  std::string rows;
  for (size_t i = 0; i < kMaxCsvRecords; ++i) rows += "1\n";
  EXPECT_OK(ParseCsv(rows));
  EXPECT_THAT(ParseCsv(rows + "1\n"), Refused("more than 100000 rows"));
}

TEST(CsvTest, ErrorsDoNotRepeatWhatIsInTheFile) {
  for (const char* text : {"a,b\nsecret\n", "a\nsec\"ret\n", "\"secret"}) {
    EXPECT_THAT(std::string(ParseCsv(text).status().message()),
                testing::Not(HasSubstr("sec")));
  }
}

// What is cut off is missed only where a record could have ended.
TEST(CsvTest, NoPrefixReadsAsTheWhole) {
  const std::string text = "name,id\n\"Z\"\"oe\",1\n\"A\nB\",2";
  const std::vector<Fields> whole = Parsed(text);
  for (size_t size = 0; size < text.size(); ++size) {
    const auto records = ParseCsv(text.substr(0, size));
    if (!records.ok()) continue;
    std::vector<Fields> all;
    for (const CsvRecord& record : *records) all.push_back(record.fields);
    EXPECT_NE(all, whole) << size;
  }
}

}  // namespace
}  // namespace cardferry::cli
