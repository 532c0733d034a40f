// Tables of cardholders come from other systems: whatever is in them, rows
// whose names are names, or a fault that does not repeat what was read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cli/rows/job_rows.h"

namespace {

using cardferry::cli::JobRow;

void Check(const absl::StatusOr<std::vector<JobRow>>& rows) {
  if (!rows.ok()) {
    if (rows.status().message().empty()) abort();
    return;
  }
  if (rows->empty()) abort();
  size_t line = 0;
  for (const JobRow& row : *rows) {
    if (row.line <= line) abort();
    line = row.line;
    for (const auto& [name, value] : row.values) {
      if (name.empty() || name.find(',') != std::string::npos) abort();
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  Check(cardferry::cli::ParseCsvRows(text));
  Check(cardferry::cli::ParseJsonRows(text));
  return 0;
}
