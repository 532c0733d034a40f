#ifndef CARDFERRY_CLI_RENDER_TABLE_H_
#define CARDFERRY_CLI_RENDER_TABLE_H_

#include <string>
#include <utility>
#include <vector>

namespace cardferry::cli {

// Columns for people: as wide as their widest cell, two spaces between, nothing
// behind the last one.
class Table {
 public:
  explicit Table(std::vector<std::string> titles)
      : titles_(std::move(titles)) {}

  // As many cells as there are titles.
  void Add(std::vector<std::string> cells) {
    rows_.push_back(std::move(cells));
  }
  bool empty() const { return rows_.empty(); }

  // The titles in capitals, then a line a row.
  std::string Render() const;

 private:
  std::vector<std::string> titles_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_RENDER_TABLE_H_
