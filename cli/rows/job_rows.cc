#include "cli/rows/job_rows.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cli/rows/csv.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace cardferry::cli {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxNameBytes = 64;

absl::Status Refuse(size_t line, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", why));
}

bool IsName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  c == '_' || c == '-';
         });
}

absl::Status AddValue(const std::string& name, std::string value, JobRow& row) {
  if (!IsName(name)) {
    return Refuse(row.line, "a name is letters, digits, '_' and '-'");
  }
  if (row.values.emplace(name, std::move(value)).second) {
    return absl::OkStatus();
  }
  return Refuse(row.line, absl::StrCat("the name ", name, " is there twice"));
}

absl::StatusOr<std::string> ToValue(const Json& json, size_t line) {
  if (json.is_string()) return json.get_ref<const std::string&>();
  if (json.is_boolean() || json.is_number()) return json.dump();
  return Refuse(line, "a value is no string, number, true or false");
}

absl::StatusOr<JobRow> ParseJsonRow(absl::string_view text, size_t line) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, false);
  if (json.is_discarded() || !json.is_object()) {
    return Refuse(line, "not a JSON object");
  }
  JobRow row{line, {}};
  for (const auto& [name, member] : json.items()) {
    ASSIGN_OR_RETURN(std::string value, ToValue(member, line));
    if (value.size() > kMaxCsvFieldBytes) {
      return Refuse(line, absl::StrCat("a value of more than ",
                                       kMaxCsvFieldBytes, " bytes"));
    }
    RETURN_IF_ERROR(AddValue(name, std::move(value), row));
  }
  return row;
}

absl::StatusOr<std::vector<JobRow>> CheckSome(std::vector<JobRow> rows) {
  if (!rows.empty()) return rows;
  return absl::InvalidArgumentError("there are no rows in it");
}

}  // namespace

absl::StatusOr<std::vector<JobRow>> ParseCsvRows(absl::string_view text) {
  ASSIGN_OR_RETURN(const std::vector<CsvRecord> records, ParseCsv(text));
  std::vector<JobRow> rows;
  for (size_t i = 1; i < records.size(); ++i) {
    JobRow row{records[i].line, {}};
    for (size_t k = 0; k < records[i].fields.size(); ++k) {
      RETURN_IF_ERROR(
          AddValue(records[0].fields[k], records[i].fields[k], row));
    }
    rows.push_back(std::move(row));
  }
  return CheckSome(std::move(rows));
}

absl::StatusOr<std::vector<JobRow>> ParseJsonRows(absl::string_view text) {
  std::vector<JobRow> rows;
  size_t number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty()) continue;
    if (rows.size() == kMaxCsvRecords - 1) {
      return Refuse(number,
                    absl::StrCat("more than ", kMaxCsvRecords - 1, " rows"));
    }
    ASSIGN_OR_RETURN(JobRow row, ParseJsonRow(line, number));
    rows.push_back(std::move(row));
  }
  return CheckSome(std::move(rows));
}

absl::StatusOr<std::vector<JobRow>> ReadRows(const std::string& path) {
  const bool csv = absl::EndsWithIgnoreCase(path, ".csv");
  if (!csv && !absl::EndsWithIgnoreCase(path, ".jsonl")) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": rows come from a .csv or a .jsonl file"));
  }
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxRowsFileBytes));
  auto rows = csv ? ParseCsvRows(text) : ParseJsonRows(text);
  if (!rows.ok()) return Annotate(rows.status(), path);
  return rows;
}

}  // namespace cardferry::cli
