#include "lib/card/status_words/explain.h"

#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "lib/card/status_words/rows.h"

namespace cardferry::card {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

bool IsSentence(const std::string& text) {
  return !text.empty() && (text.back() == '.' || text.back() == '?') &&
         !absl::StrContains(text, "$");
}

bool IsWhole(const Explanation& explanation) {
  return IsSentence(explanation.cause) && IsSentence(explanation.evidence) &&
         IsSentence(explanation.next_step);
}

TEST(ExplainTest, HasAnExplanationForEveryWordThatThereCanBe) {
  for (uint32_t value = 0; value <= 0xFFFF; ++value) {
    const StatusWord sw(static_cast<uint16_t>(value));
    ASSERT_TRUE(IsWhole(Explain(sw, CommandName::kAny))) << std::hex << value;
  }
}

TEST(ExplainTest, KnowsEveryWordThatTheStandardNames) {
  for (const int value :
       {0x61FF, 0x6200, 0x6281, 0x6282, 0x6283, 0x6284, 0x6285, 0x6286, 0x6287,
        0x6300, 0x6310, 0x6381, 0x63C0, 0x63CF, 0x6400, 0x6401, 0x6481, 0x6482,
        0x6500, 0x6581, 0x6600, 0x6700, 0x6701, 0x6702, 0x6800, 0x6881, 0x6882,
        0x6883, 0x6884, 0x6900, 0x6981, 0x6982, 0x6983, 0x6984, 0x6985, 0x6986,
        0x6987, 0x6988, 0x6A00, 0x6A80, 0x6A81, 0x6A82, 0x6A83, 0x6A84, 0x6A85,
        0x6A86, 0x6A87, 0x6A88, 0x6A89, 0x6A8A, 0x6B00, 0x6C00, 0x6D00, 0x6E00,
        0x6F00, 0x9000, 0x9484, 0x9485}) {
    EXPECT_TRUE(IsKnown(StatusWord(static_cast<uint16_t>(value))))
        << std::hex << value;
  }
}

TEST(ExplainTest, KnowsEveryWordThatTheSimulatedCardAnswers) {
  const auto page = ReadFile("docs/card_status_words.md", 1 << 20);
  ASSERT_OK(page);
  size_t rows = 0;
  for (const absl::string_view line : absl::StrSplit(*page, '\n')) {
    const std::vector<std::string> cells = absl::StrSplit(line, " | ");
    if (cells.size() != 2) continue;
    const auto sw = ParseStatusWord(cells[1].substr(0, 4));
    if (!sw.ok()) continue;
    EXPECT_TRUE(IsKnown(*sw)) << line;
    ++rows;
  }
  EXPECT_GT(rows, 60u);
}

TEST(ExplainTest, PutsTheNumberOfAFamilyIntoItsWords) {
  EXPECT_EQ(Describe(StatusWord(0x63C2)), "63C2 (2 tries left)");
  EXPECT_EQ(Describe(StatusWord(0x6C0C)),
            "6C0C (wrong Le, 12 bytes are there)");
  EXPECT_EQ(Describe(StatusWord(0x6C00)),
            "6C00 (wrong Le, 256 bytes are there)");
  EXPECT_EQ(Describe(StatusWord(0x6110)),
            "6110 (16 more bytes of the answer wait)");
  EXPECT_THAT(Explain(StatusWord(0x63CA), CommandName::kVerify).cause,
              HasSubstr("stands at 10"));
}

TEST(ExplainTest, PrefersWhatTheWordMeansAfterTheCommand) {
  const StatusWord conditions(0x6985);
  EXPECT_NE(Explain(conditions, CommandName::kDelete).next_step,
            Explain(conditions, CommandName::kLoad).next_step);
  EXPECT_EQ(Explain(conditions, CommandName::kDelete).command,
            CommandName::kDelete);
  EXPECT_EQ(Explain(StatusWord(0x6D00), CommandName::kDelete).command,
            CommandName::kAny);
}

TEST(ExplainTest, FallsFromOneKindOfInstallToAllOfThem) {
  EXPECT_EQ(
      Explain(StatusWord(0x6A84), CommandName::kInstallForInstall).command,
      CommandName::kInstall);
  EXPECT_EQ(Explain(StatusWord(0x6A80), CommandName::kInstallForLoad).command,
            CommandName::kInstallForLoad);
}

TEST(ExplainTest, ListsFirstWhatItMeansAfterAnyCommand) {
  const std::vector<Explanation> all = ExplainAll(StatusWord(0x6A84));
  ASSERT_GT(all.size(), 3u);
  EXPECT_EQ(all[0].command, CommandName::kAny);
  for (size_t i = 1; i < all.size(); ++i) {
    EXPECT_NE(all[i].command, CommandName::kAny);
  }
}

TEST(ExplainTest, DescribesWordsOfWhichOnlyTheClassIsKnownByTheirDigits) {
  EXPECT_EQ(Describe(StatusWord(0x0FAB)), "0FAB");
  EXPECT_EQ(Describe(StatusWord(0x62F1)), "62F1");
  EXPECT_FALSE(IsKnown(StatusWord(0x62F1)));
  EXPECT_THAT(Explain(StatusWord(0x62F1), CommandName::kAny).cause,
              HasSubstr("warning"));
}

TEST(ExplainTest, ReadsStatusWordsInAnyCase) {
  for (const char* text : {"6a80", "6A80", "0x6A80", "6A 80"}) {
    EXPECT_EQ(ParseStatusWord(text)->value(), 0x6A80) << text;
  }
  for (const char* text : {"", "6A8", "6A800", "6AG0", "-A80", "0x", "+6A8"}) {
    EXPECT_THAT(
        ParseStatusWord(text),
        StatusIs(StatusCode::kInvalidArgument, HasSubstr("is no status word")));
  }
}

TEST(ExplainTest, ReadsItsOwnNamesOfCommandsInAnyCase) {
  for (int i = 1; i <= static_cast<int>(kLastCommandName); ++i) {
    const auto command = static_cast<CommandName>(i);
    EXPECT_EQ(*ParseCommandName(NameOf(command)), command);
  }
  EXPECT_EQ(*ParseCommandName("install for load"),
            CommandName::kInstallForLoad);
  EXPECT_EQ(*ParseCommandName("get-status"), CommandName::kGetStatus);
  EXPECT_THAT(ParseCommandName("INSTAL"),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("STORE DATA")));
  EXPECT_THAT(ParseCommandName(""), StatusIs(StatusCode::kInvalidArgument));
}

TEST(StatusWordRowsTest, HaveOneRowForAWordAndCommandAndSayMoreThanNothing) {
  std::set<std::pair<int, uint16_t>> seen;
  for (const auto rows : {RowsForAnyCommand(), RowsForOneCommand()}) {
    for (const StatusWordRow& row : rows) {
      EXPECT_TRUE(seen.emplace(static_cast<int>(row.command), row.value).second)
          << std::hex << row.value;
      EXPECT_EQ(row.value & ~MaskOf(row.number), 0);
      EXPECT_TRUE(IsWhole(Explain(StatusWord(row.value), row.command)))
          << std::hex << row.value << " " << NameOf(row.command);
    }
  }
}

TEST(StatusWordRowsTest, HaveNoRowForACommandWhoseWordHasNoneForAny) {
  for (const StatusWordRow& row : RowsForOneCommand()) {
    EXPECT_TRUE(IsKnown(StatusWord(row.value))) << std::hex << row.value;
    EXPECT_STREQ(row.words, "");
  }
}

}  // namespace
}  // namespace cardferry::card
