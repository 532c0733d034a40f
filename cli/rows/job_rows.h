#ifndef CARDFERRY_CLI_ROWS_JOB_ROWS_H_
#define CARDFERRY_CLI_ROWS_JOB_ROWS_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cardferry::cli {

inline constexpr size_t kMaxRowsFileBytes = 64 << 20;

// What one card gets: the values by their names. May be personal data: never
// shown.
struct JobRow {
  size_t line = 1;  // of the file
  std::map<std::string, std::string> values;
};

// Rows of a CSV file, whose first line has the names, or of JSON lines: an
// object a line, its values strings, numbers or true and false. A name is
// letters, digits, '_' and '-'. INVALID_ARGUMENT, naming the line and never
// repeating a value, for a file without rows, a name that is none or twice
// there, what ParseCsv refuses, and other JSON.
absl::StatusOr<std::vector<JobRow>> ParseCsvRows(absl::string_view text);
absl::StatusOr<std::vector<JobRow>> ParseJsonRows(absl::string_view text);

// By the end of its name: .csv, .jsonl.
absl::StatusOr<std::vector<JobRow>> ReadRows(const std::string& path);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_ROWS_JOB_ROWS_H_
