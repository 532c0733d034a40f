#ifndef CARDFERRY_LIB_STORE_VALUE_H_
#define CARDFERRY_LIB_STORE_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::store {

// What a statement is given, the same on every database: NULL, a whole number
// or text (UTF-8 without NUL). Bytes are upper-case hexadecimal text, times are
// microseconds since 1970, booleans 0 and 1.
using Value = std::variant<std::monostate, int64_t, std::string>;

// One parameter of a statement: {"name", value}. The name is the statement's,
// without its colon.
class Param {
 public:
  Param(absl::string_view name, int value)
      : Param(name, static_cast<int64_t>(value)) {}
  Param(absl::string_view name, unsigned int value)
      : Param(name, static_cast<int64_t>(value)) {}
  Param(absl::string_view name, int64_t value) : Param(name, Value(value)) {}
  Param(absl::string_view name, bool value)
      : Param(name, static_cast<int64_t>(value)) {}
  Param(absl::string_view name, absl::string_view text)
      : Param(name, Value(std::string(text))) {}
  Param(absl::string_view name, const std::string& text)
      : Param(name, Value(text)) {}
  Param(absl::string_view name, const char* text)
      : Param(name, Value(std::string(text))) {}
  Param(absl::string_view name, ByteSpan bytes)
      : Param(name, Value(ToHex(bytes))) {}
  Param(absl::string_view name, const Bytes& bytes)
      : Param(name, ByteSpan(bytes)) {}
  // Infinite times do not fit: use an empty optional.
  Param(absl::string_view name, absl::Time time)
      : Param(name, absl::ToUnixMicros(time)) {}
  // NULL.
  Param(absl::string_view name, std::nullopt_t)
      : Param(name, Value(std::monostate())) {}
  // NULL, or the value.
  template <typename T>
  Param(absl::string_view name, const std::optional<T>& value)
      : Param(value.has_value() ? Param(name, *value)
                                : Param(name, std::nullopt)) {}
  Param(absl::string_view name, Value value)
      : name_(name), value_(std::move(value)) {}
  // A pointer is not a boolean.
  template <typename T>
  Param(absl::string_view name, T* pointer) = delete;

  const std::string& name() const { return name_; }
  const Value& value() const { return value_; }

 private:
  std::string name_;
  Value value_;
};

// One row of a result.
class Row {
 public:
  // What a column holds, as text; empty for NULL.
  using Column = std::optional<std::string>;

  explicit Row(std::vector<Column> columns) : columns_(std::move(columns)) {}

  size_t size() const { return columns_.size(); }
  const Column& operator[](size_t column) const { return columns_[column]; }

  // Takes all columns, in order:
  //
  //   std::string name; absl::Time seen; std::optional<int64_t> job;
  //   RETURN_IF_ERROR(row.Read(name, seen, job));
  //
  // Targets: bool, int, int64_t, uint32_t, std::string, Bytes, absl::Time, and
  // std::optional of these for columns that may be NULL. DATA_LOSS when a
  // column holds something else, INTERNAL when their number differs.
  template <typename... Targets>
  absl::Status Read(Targets&... targets) const {
    RETURN_IF_ERROR(CheckSize(sizeof...(targets)));
    size_t column = 0;
    absl::Status status;
    (void)((status = ReadColumn(column++, targets), status.ok()) && ...);
    return status;
  }

 private:
  absl::Status CheckSize(size_t wanted) const;
  absl::Status ReadColumn(size_t column, bool& target) const;
  absl::Status ReadColumn(size_t column, int& target) const;
  absl::Status ReadColumn(size_t column, int64_t& target) const;
  absl::Status ReadColumn(size_t column, uint32_t& target) const;
  absl::Status ReadColumn(size_t column, std::string& target) const;
  absl::Status ReadColumn(size_t column, Bytes& target) const;
  absl::Status ReadColumn(size_t column, absl::Time& target) const;
  template <typename T>
  absl::Status ReadColumn(size_t column, std::optional<T>& target) const {
    if (!columns_[column].has_value()) {
      target.reset();
      return absl::OkStatus();
    }
    return ReadColumn(column, target.emplace());
  }

  std::vector<Column> columns_;
};

}  // namespace cardferry::store

#endif  // CARDFERRY_LIB_STORE_VALUE_H_
