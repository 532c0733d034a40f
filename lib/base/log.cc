#include "lib/base/log.h"

#include <memory>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "spdlog/sinks/stdout_sinks.h"
#include "spdlog/spdlog.h"

namespace cardferry {
namespace {

absl::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "?";
}

spdlog::level::level_enum SpdLevel(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

std::string& Component() {
  static auto* component = new std::string("-");
  return *component;
}

spdlog::logger& Logger() {
  static auto* logger = [] {
    auto* made = new spdlog::logger(
        "cardferry", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_level(spdlog::level::warn);
    made->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v)",
                      spdlog::pattern_time_type::utc);
    made->flush_on(spdlog::level::trace);
    return made;
  }();
  return *logger;
}

std::string Field(absl::string_view name, absl::string_view json) {
  return absl::StrCat(JsonString(name), ":", json);
}

}  // namespace

std::string JsonString(absl::string_view text) {
  return nlohmann::json(std::string(text))
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

LogField::LogField(absl::string_view name, absl::string_view value)
    : json_(Field(name, JsonString(value))) {}
LogField::LogField(absl::string_view name, int64_t value)
    : json_(Field(name, absl::StrCat(value))) {}
LogField::LogField(absl::string_view name, uint64_t value)
    : json_(Field(name, absl::StrCat(value))) {}
LogField::LogField(absl::string_view name, bool value)
    : json_(Field(name, value ? "true" : "false")) {}
LogField::LogField(absl::string_view name, const absl::Status& value)
    : json_(Field(name, JsonString(value.ToString()))) {}

std::string FormatLogLine(LogLevel level, absl::string_view component,
                          absl::string_view message,
                          std::initializer_list<LogField> fields) {
  std::string line = absl::StrCat("\"level\":\"", LevelName(level),
                                  "\",\"component\":", JsonString(component),
                                  ",\"message\":", JsonString(message));
  for (const LogField& field : fields)
    absl::StrAppend(&line, ",", field.json());
  line.push_back('}');
  return line;
}

void StartLog(absl::string_view component, LogLevel lowest) {
  Component() = std::string(component);
  Logger().set_level(SpdLevel(lowest));
}

void Log(LogLevel level, absl::string_view message,
         std::initializer_list<LogField> fields) {
  if (!Logger().should_log(SpdLevel(level))) return;
  Logger().log(SpdLevel(level),
               FormatLogLine(level, Component(), message, fields));
}

}  // namespace cardferry
