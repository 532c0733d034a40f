#ifndef CARDFERRY_LIB_BASE_LOG_H_
#define CARDFERRY_LIB_BASE_LOG_H_

#include <cstdint>
#include <initializer_list>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace cardferry {

class SecretBytes;

// One named value of a log line. There is no way in for a SecretBytes; never
// turn one into text to get around that.
class LogField {
 public:
  LogField(absl::string_view name, absl::string_view value);
  LogField(absl::string_view name, const char* value)
      : LogField(name, absl::string_view(value)) {}
  LogField(absl::string_view name, const std::string& value)
      : LogField(name, absl::string_view(value)) {}
  LogField(absl::string_view name, int64_t value);
  LogField(absl::string_view name, int value)
      : LogField(name, static_cast<int64_t>(value)) {}
  LogField(absl::string_view name, uint64_t value);
  LogField(absl::string_view name, bool value);
  LogField(absl::string_view name, const absl::Status& value);
  LogField(absl::string_view name, const SecretBytes& value) = delete;

  // `"name":value`, escaped.
  const std::string& json() const { return json_; }

 private:
  std::string json_;
};

enum class LogLevel { kDebug, kInfo, kWarning, kError };

// Starts logging to standard error: one JSON object a line with time, level,
// component and message. Call once, first thing in main(). Before that, and in
// tests, lines of level warning and above go out with component "-".
void StartLog(absl::string_view component, LogLevel lowest = LogLevel::kInfo);

// Writes one line. `message` is a constant sentence; what varies is a field.
// Safe from any thread.
void Log(LogLevel level, absl::string_view message,
         std::initializer_list<LogField> fields = {});

inline void LogInfo(absl::string_view message,
                    std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kInfo, message, fields);
}
inline void LogWarning(absl::string_view message,
                       std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kWarning, message, fields);
}
inline void LogError(absl::string_view message,
                     std::initializer_list<LogField> fields = {}) {
  Log(LogLevel::kError, message, fields);
}

// The line that Log would write, without time and newline: for tests.
std::string FormatLogLine(LogLevel level, absl::string_view component,
                          absl::string_view message,
                          std::initializer_list<LogField> fields);

// `text` as a JSON string with its quotes; invalid UTF-8 becomes U+FFFD.
std::string JsonString(absl::string_view text);

}  // namespace cardferry

#endif  // CARDFERRY_LIB_BASE_LOG_H_
