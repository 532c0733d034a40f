#include "lib/store/value.h"

#include <limits>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace cardferry::store {
namespace {

// Never repeats what the column holds: it may be personal data.
absl::Status Mismatch(size_t column, absl::string_view wanted) {
  return absl::DataLossError(
      absl::StrCat("column ", column, " does not hold ", wanted));
}

absl::StatusOr<int64_t> Number(const Row::Column& text, size_t column,
                               int64_t lowest, int64_t highest) {
  int64_t number = 0;
  if (!text.has_value() || !absl::SimpleAtoi(*text, &number) ||
      number < lowest || number > highest) {
    return Mismatch(column,
                    absl::StrCat("a number of ", lowest, " to ", highest));
  }
  return number;
}

}  // namespace

absl::Status Row::CheckSize(size_t wanted) const {
  if (wanted == size()) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("the row has ", size(), " columns, ", wanted, " are read"));
}

absl::Status Row::ReadColumn(size_t column, bool& target) const {
  ASSIGN_OR_RETURN(const int64_t number,
                   Number(columns_[column], column, 0, 1));
  target = number == 1;
  return absl::OkStatus();
}

absl::Status Row::ReadColumn(size_t column, int& target) const {
  using Limits = std::numeric_limits<int>;
  ASSIGN_OR_RETURN(const int64_t number, Number(columns_[column], column,
                                                Limits::min(), Limits::max()));
  target = static_cast<int>(number);
  return absl::OkStatus();
}

absl::Status Row::ReadColumn(size_t column, int64_t& target) const {
  using Limits = std::numeric_limits<int64_t>;
  ASSIGN_OR_RETURN(
      target, Number(columns_[column], column, Limits::min(), Limits::max()));
  return absl::OkStatus();
}

absl::Status Row::ReadColumn(size_t column, uint32_t& target) const {
  ASSIGN_OR_RETURN(const int64_t number,
                   Number(columns_[column], column, 0,
                          std::numeric_limits<uint32_t>::max()));
  target = static_cast<uint32_t>(number);
  return absl::OkStatus();
}

absl::Status Row::ReadColumn(size_t column, std::string& target) const {
  if (!columns_[column].has_value()) return Mismatch(column, "text");
  target = *columns_[column];
  return absl::OkStatus();
}

absl::Status Row::ReadColumn(size_t column, Bytes& target) const {
  if (!columns_[column].has_value()) return Mismatch(column, "bytes in hex");
  absl::StatusOr<Bytes> bytes = FromHex(*columns_[column]);
  if (!bytes.ok()) return Mismatch(column, "bytes in hex");
  target = *std::move(bytes);
  return absl::OkStatus();
}

absl::Status Row::ReadColumn(size_t column, absl::Time& target) const {
  using Limits = std::numeric_limits<int64_t>;
  ASSIGN_OR_RETURN(const int64_t micros, Number(columns_[column], column,
                                                Limits::min(), Limits::max()));
  target = absl::FromUnixMicros(micros);
  return absl::OkStatus();
}

}  // namespace cardferry::store
