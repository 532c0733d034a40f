#include "cli/render/table.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace cardferry::cli {
namespace {

// How many characters a terminal shows: UTF-8 continuation bytes are none.
size_t Width(const std::string& text) {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(),
      [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void AppendRow(const std::vector<std::string>& cells,
               const std::vector<size_t>& widths, std::string& out) {
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    line += cells[i];
    line.append(widths[i] - Width(cells[i]) + 2, ' ');
  }
  absl::StripTrailingAsciiWhitespace(&line);
  out += line + "\n";
}

}  // namespace

std::string Table::Render() const {
  std::vector<std::vector<std::string>> lines = {titles_};
  for (std::string& title : lines[0]) absl::AsciiStrToUpper(&title);
  lines.insert(lines.end(), rows_.begin(), rows_.end());
  std::vector<size_t> widths(titles_.size(), 0);
  for (const std::vector<std::string>& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], Width(line[i]));
    }
  }
  std::string out;
  for (const std::vector<std::string>& line : lines) {
    AppendRow(line, widths, out);
  }
  return out;
}

}  // namespace cardferry::cli
