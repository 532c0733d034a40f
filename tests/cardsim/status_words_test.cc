// What the simulated card answers to what a host does wrong: one row, one test.
// docs/card_status_words.md is the same table for people, and must stay so.
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "tests/cardsim/status_word_rows.h"
#include "tests/stage/runfiles.h"

namespace cardferry::cardsim {

// For GoogleTest, which would show the bytes of the object.
void PrintTo(const StatusWordRow& row, std::ostream* out) { *out << row.what; }

namespace {

std::string TestName(const StatusWordRow& row) {
  std::string name;
  for (const absl::string_view word : absl::StrSplit(row.what, ' ')) {
    bool first = true;
    for (const char letter : word) {
      if (!absl::ascii_isalnum(static_cast<unsigned char>(letter))) continue;
      name += first ? absl::ascii_toupper(static_cast<unsigned char>(letter))
                    : letter;
      first = false;
    }
  }
  return absl::StrCat(name, "Is", row.sw);
}

class StatusWordsTest : public testing::TestWithParam<StatusWordRow> {};

TEST_P(StatusWordsTest, IsAsTheTableSays) {
  const StatusWordRow& row = GetParam();
  for (const int scp : {1, 2, 3}) {
    SCOPED_TRACE(absl::StrCat("SCP0", scp));
    CardOptions options = row.options;
    if (scp == 1) options.scp01_i = 0x15;
    TestCard card(scp == 3 ? TestKeys() : TestDesKeys(), options);
    const std::string answer = row.run(card);
    ASSERT_GE(answer.size(), 4u);
    EXPECT_EQ(answer.substr(answer.size() - 4), row.sw) << row.what;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, StatusWordsTest,
                         testing::ValuesIn(StatusWordRows()),
                         [](const auto& row) { return TestName(row.param); });

TEST(StatusWordsTableTest, ThePageForPeopleHasTheSameRows) {
  ASSERT_OK_AND_ASSIGN(const std::string path,
                       stage::Runfile("docs/card_status_words.md"));
  ASSERT_OK_AND_ASSIGN(const std::string page, ReadFile(path, 1 << 20));
  std::vector<std::string> on_page;
  for (const absl::string_view line : absl::StrSplit(page, '\n')) {
    if (absl::StartsWith(line, "| ")) on_page.emplace_back(line);
  }
  std::vector<std::string> tested = {"| what | answer |"};
  for (const StatusWordRow& row : StatusWordRows()) {
    tested.push_back(absl::StrCat("| ", row.what, " | ", row.sw, " |"));
  }
  EXPECT_EQ(on_page, tested);
}

}  // namespace
}  // namespace cardferry::cardsim
