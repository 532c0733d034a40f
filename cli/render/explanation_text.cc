#include "cli/render/explanation_text.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace cardferry::cli {
namespace {

constexpr size_t kColumns = 80;
constexpr size_t kIndent = 11;  // "  look at  "

// "  look at  The data field, ...", wrapped under its beginning.
std::string Paragraph(absl::string_view title, absl::string_view text) {
  std::string lines;
  std::string line = absl::StrFormat("  %-9s", title);
  bool first = true;
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (!first && line.size() + 1 + word.size() > kColumns) {
      absl::StrAppend(&lines, line, "\n");
      line = std::string(kIndent, ' ');
      first = true;
    }
    absl::StrAppend(&line, first ? "" : " ", word);
    first = false;
  }
  return absl::StrCat(lines, line, "\n");
}

}  // namespace

std::string ExplanationText(const ExplainedStatusWord& explained) {
  std::string text = absl::StrCat(card::Describe(explained.sw), "\n");
  for (const card::Explanation& one : explained.explanations) {
    if (one.command != card::CommandName::kAny) {
      absl::StrAppend(&text, "\nAfter ", card::NameOf(one.command), ":\n");
    }
    absl::StrAppend(&text, Paragraph("why", one.cause),
                    Paragraph("look at", one.evidence),
                    Paragraph("do", one.next_step));
  }
  return text;
}

std::string ToJson(const ExplainedStatusWord& explained) {
  using Json = nlohmann::ordered_json;
  Json all = Json::array();
  for (const card::Explanation& one : explained.explanations) {
    all.push_back({{"command", std::string(card::NameOf(one.command))},
                   {"cause", one.cause},
                   {"evidence", one.evidence},
                   {"next_step", one.next_step}});
  }
  const Json value = {
      {"status_word", absl::StrFormat("%04X", explained.sw.value())},
      {"words", explained.explanations.front().words},
      {"explanations", all}};
  return value.dump() + "\n";
}

}  // namespace cardferry::cli
