#include "tests/conformance/coverage_table.h"

#include <map>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cardferry::conformance {
namespace {

constexpr absl::string_view kBegin = "<!-- coverage: ";
constexpr absl::string_view kEndOfLine = "-->\n";
constexpr absl::string_view kEnd = "<!-- coverage ends -->";

// How many vectors, by level or all under "".
using Counts = std::map<std::string, size_t>;

struct Row {
  std::set<std::string> keys;
  Counts recorded;
  Counts generated;
  Counts passed;  // by runner
};

bool IsSession(const Vector& vector) {
  static const auto* const kKinds = new std::set<std::string>{
      "trace", "scp02_implicit", "scp02_implicit_rmac", "scp11"};
  return kKinds->count(vector.kind()) > 0;
}

// "SCP03 `i` 71, S16"
std::string VariantOf(const Vector& vector) {
  std::string variant = vector.Text("protocol");
  if (vector.Has("i")) absl::StrAppend(&variant, " `i` ", vector.Text("i"));
  if (vector.Text("mode") == "S16") absl::StrAppend(&variant, ", S16");
  if (vector.kind() == "scp02_implicit_rmac") {
    absl::StrAppend(&variant, ", BEGIN R-MAC SESSION");
  }
  return variant;
}

std::string KeysOf(const Vector& vector) {
  return vector.Has("key_bits") ? absl::StrCat("AES-", vector.Text("key_bits"))
                                : "3DES";
}

void Add(const Vector& vector, const std::string& level,
         const std::set<std::string>& runners, Row& row) {
  Counts& counts =
      vector.Text("origin") == "generated" ? row.generated : row.recorded;
  ++counts[level];
  for (const std::string& runner : runners) ++row.passed[runner];
}

// "01: 6, 03: 5"
std::string Cell(const Counts& counts) {
  return absl::StrJoin(counts, ", ", [](std::string* out, const auto& one) {
    absl::StrAppend(out, one.first, one.first.empty() ? "" : ": ", one.second);
  });
}

std::string Line(const std::vector<std::string>& cells) {
  return absl::StrCat("| ", absl::StrJoin(cells, " | "), " |\n");
}

std::string Head(std::vector<std::string> cells,
                 const std::set<std::string>& runners) {
  cells.insert(cells.end(), runners.begin(), runners.end());
  std::string rule = "|";
  for (size_t i = 0; i < cells.size(); ++i) absl::StrAppend(&rule, "---|");
  return absl::StrCat(Line(cells), rule, "\n");
}

// The last cells of a row: what each runner passed of it.
void AppendPassed(const Row& row, const std::set<std::string>& runners,
                  std::vector<std::string>& cells) {
  for (const std::string& runner : runners) {
    const auto passed = row.passed.find(runner);
    cells.push_back(passed == row.passed.end() ? "-"
                                               : absl::StrCat(passed->second));
  }
}

}  // namespace

std::string CoverageTable(absl::Span<const VectorFile> files,
                          const Results& results) {
  std::set<std::string> runners;
  for (const auto& [place, tally] : results.tallies) {
    runners.insert(place.second);
  }
  std::map<std::string, Row> sessions;
  std::map<std::string, Row> others;
  for (const VectorFile& file : files) {
    for (const Vector& vector : file.vectors) {
      const auto passed = results.passed_by.find(&vector);
      if (passed == results.passed_by.end()) continue;
      if (IsSession(vector)) {
        Row& row = sessions[VariantOf(vector)];
        row.keys.insert(KeysOf(vector));
        Add(vector, vector.Text("security_level"), passed->second, row);
      } else {
        Add(vector, "", passed->second, others[vector.kind()]);
      }
    }
  }
  std::string table =
      Head({"variant", "keys", "recorded, by level", "generated, by level"},
           runners);
  for (const auto& [variant, row] : sessions) {
    std::vector<std::string> cells = {variant, absl::StrJoin(row.keys, ", "),
                                      Cell(row.recorded), Cell(row.generated)};
    AppendPassed(row, runners, cells);
    absl::StrAppend(&table, Line(cells));
  }
  absl::StrAppend(&table, "\n",
                  Head({"what else", "recorded", "generated"}, runners));
  for (const auto& [kind, row] : others) {
    std::vector<std::string> cells = {kind, Cell(row.recorded),
                                      Cell(row.generated)};
    AppendPassed(row, runners, cells);
    absl::StrAppend(&table, Line(cells));
  }
  return table;
}

absl::StatusOr<std::string> WithTable(absl::string_view page,
                                      absl::string_view table) {
  const size_t mark = page.find(kBegin);
  const size_t line = page.find(kEndOfLine, mark);
  const size_t end = page.find(kEnd, line);
  if (mark == page.npos || line == page.npos || end == page.npos) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the page has no lines \"", kBegin, "...\" and \"", kEnd, "\""));
  }
  return absl::StrCat(page.substr(0, line + kEndOfLine.size()), "\n", table,
                      "\n", page.substr(end));
}

}  // namespace cardferry::conformance
