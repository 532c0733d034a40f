#include "cli/rows/csv.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/base/status_macros.h"

namespace cardferry::cli {
namespace {

constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";

class Parser {
 public:
  explicit Parser(absl::string_view text) : rest_(text) {
    absl::ConsumePrefix(&rest_, kByteOrderMark);
  }

  absl::StatusOr<std::vector<CsvRecord>> Parse() {
    std::vector<CsvRecord> records;
    while (!rest_.empty()) {
      if (TakeLineEnd()) continue;
      ASSIGN_OR_RETURN(CsvRecord record, TakeRecord());
      if (!records.empty() &&
          record.fields.size() != records[0].fields.size()) {
        return Refuse(record.line, absl::StrCat(record.fields.size(),
                                                " fields, the first "
                                                "line has ",
                                                records[0].fields.size()));
      }
      if (records.size() == kMaxCsvRecords) {
        return Refuse(record.line,
                      absl::StrCat("more than ", kMaxCsvRecords - 1, " rows"));
      }
      records.push_back(std::move(record));
    }
    return records;
  }

 private:
  static absl::Status Refuse(size_t line, absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", why));
  }

  // LF or CRLF.
  bool TakeLineEnd() {
    if (!absl::ConsumePrefix(&rest_, "\r\n") &&
        !absl::ConsumePrefix(&rest_, "\n")) {
      return false;
    }
    ++line_;
    return true;
  }

  absl::StatusOr<CsvRecord> TakeRecord() {
    CsvRecord record{line_, {}};
    do {
      if (record.fields.size() == kMaxCsvFields) {
        return Refuse(line_,
                      absl::StrCat("more than ", kMaxCsvFields, " fields"));
      }
      ASSIGN_OR_RETURN(std::string field, TakeField());
      record.fields.push_back(std::move(field));
    } while (absl::ConsumePrefix(&rest_, ","));
    if (rest_.empty() || TakeLineEnd()) return record;
    return Refuse(line_, "text after a closing quote, or a lone CR");
  }

  absl::StatusOr<std::string> TakeField() {
    if (absl::ConsumePrefix(&rest_, "\"")) return TakeQuoted();
    const size_t end = rest_.find_first_of(",\r\n\"");
    const std::string field(rest_.substr(0, end));
    rest_.remove_prefix(field.size());
    if (!rest_.empty() && rest_[0] == '"') {
      return Refuse(line_,
                    "a quote in the middle of a field: put the whole "
                    "field in quotes, and double the one in it");
    }
    return Checked(field);
  }

  // After the opening quote, up to the closing one.
  absl::StatusOr<std::string> TakeQuoted() {
    const size_t begins = line_;
    std::string field;
    while (!rest_.empty() && field.size() <= kMaxCsvFieldBytes) {
      if (absl::ConsumePrefix(&rest_, "\"\"")) {
        field.push_back('"');
        continue;
      }
      if (absl::ConsumePrefix(&rest_, "\"")) return Checked(field);
      if (rest_[0] == '\n') ++line_;
      field.push_back(rest_[0]);
      rest_.remove_prefix(1);
    }
    if (field.size() > kMaxCsvFieldBytes) return Checked(field);
    return Refuse(begins, "a quote is not closed");
  }

  absl::StatusOr<std::string> Checked(const std::string& field) const {
    if (field.size() > kMaxCsvFieldBytes) {
      return Refuse(line_, absl::StrCat("a field of more than ",
                                        kMaxCsvFieldBytes, " bytes"));
    }
    if (field.find('\0') == std::string::npos) return field;
    return Refuse(line_, "a NUL byte: is this a text file?");
  }

  absl::string_view rest_;
  size_t line_ = 1;
};

}  // namespace

absl::StatusOr<std::vector<CsvRecord>> ParseCsv(absl::string_view text) {
  return Parser(text).Parse();
}

}  // namespace cardferry::cli
