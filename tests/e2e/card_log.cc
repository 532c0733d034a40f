#include "tests/e2e/card_log.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "lib/base/status_macros.h"
#include "nlohmann/json.hpp"

namespace cardferry::e2e {
namespace {

absl::Status Unreadable(absl::string_view line) {
  return absl::InvalidArgumentError(
      absl::StrCat("not a line of the card's log: ", line));
}

// "84E20000, 8 bytes": a number of hexadecimal digits, then a count.
absl::Status ParseHalf(absl::string_view text, std::string& hex,
                       size_t& bytes) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ", ");
  if (parts.size() != 2 || !absl::EndsWith(parts[1], " bytes") ||
      !absl::SimpleAtoi(absl::StripSuffix(parts[1], " bytes"), &bytes)) {
    return Unreadable(text);
  }
  hex = std::string(parts[0]);
  return absl::OkStatus();
}

// "84E20000, 8 bytes -> 9000, 4 bytes" or "84E20000, 8 bytes -> no answer".
absl::StatusOr<Exchange> ParseExchange(absl::string_view text) {
  const std::vector<absl::string_view> halves = absl::StrSplit(text, " -> ");
  if (halves.size() != 2) return Unreadable(text);
  Exchange exchange;
  RETURN_IF_ERROR(
      ParseHalf(halves[0], exchange.header, exchange.command_bytes));
  if (halves[1] == "no answer") return exchange;
  RETURN_IF_ERROR(ParseHalf(halves[1], exchange.sw, exchange.answer_bytes));
  return exchange;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Exchange& exchange) {
  return out << exchange.header << ", " << exchange.command_bytes
             << " bytes -> " << exchange.sw << ", " << exchange.answer_bytes
             << " bytes";
}

absl::StatusOr<std::vector<Exchange>> ParseCardLog(absl::string_view log) {
  std::vector<Exchange> exchanges;
  for (absl::string_view line : absl::StrSplit(log, '\n', absl::SkipEmpty())) {
    const nlohmann::json entry =
        nlohmann::json::parse(std::string(line), nullptr, false);
    if (!entry.is_object() || !entry.contains("message")) {
      return Unreadable(line);
    }
    if (entry["message"] != "command") continue;
    if (!entry.contains("exchange") || !entry["exchange"].is_string()) {
      return Unreadable(line);
    }
    ASSIGN_OR_RETURN(Exchange exchange,
                     ParseExchange(entry["exchange"].get<std::string>()));
    exchanges.push_back(std::move(exchange));
  }
  return exchanges;
}

std::vector<std::string> HeadersOf(const std::vector<Exchange>& exchanges,
                                   const std::vector<std::string>& ins) {
  std::vector<std::string> headers;
  for (const Exchange& exchange : exchanges) {
    if (std::find(ins.begin(), ins.end(), exchange.ins()) != ins.end()) {
      headers.push_back(exchange.header);
    }
  }
  return headers;
}

}  // namespace cardferry::e2e
