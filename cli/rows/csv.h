#ifndef CARDFERRY_CLI_ROWS_CSV_H_
#define CARDFERRY_CLI_ROWS_CSV_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cardferry::cli {

inline constexpr size_t kMaxCsvRecords = 100'001;  // the header is one
inline constexpr size_t kMaxCsvFields = 256;       // of one record
inline constexpr size_t kMaxCsvFieldBytes = 16 * 1024;

// A record, and the line on which it begins.
struct CsvRecord {
  size_t line = 1;
  std::vector<std::string> fields;
};

// Comma-separated values (RFC 4180): records end with LF or CRLF, the last one
// with or without; fields may stand in double quotes, and then hold commas,
// line ends and doubled quotes. Empty lines and a byte order mark at the start
// are skipped. INVALID_ARGUMENT, naming the line and never repeating what is in
// it, for a quote in the middle of a field, text after a closing quote, a quote
// that is not closed, a NUL, another number of fields than the first record
// has, and what is beyond the limits.
absl::StatusOr<std::vector<CsvRecord>> ParseCsv(absl::string_view text);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_ROWS_CSV_H_
