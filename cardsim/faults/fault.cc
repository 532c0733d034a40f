#include "cardsim/faults/fault.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

struct NamedCommand {
  absl::string_view name;
  uint8_t ins;
};
constexpr NamedCommand kCommands[] = {
    {"SELECT", 0xA4},
    {"GET_DATA", 0xCA},
    {"INITIALIZE_UPDATE", 0x50},
    {"EXTERNAL_AUTHENTICATE", 0x82},
    {"INSTALL", 0xE6},
    {"LOAD", 0xE8},
    {"DELETE", 0xE4},
    {"GET_STATUS", 0xF2},
    {"SET_STATUS", 0xF0},
    {"STORE_DATA", 0xE2},
    {"PUT_KEY", 0xD8},
    {"GET_RESPONSE", 0xC0},
    {"MANAGE_CHANNEL", 0x70},
};

constexpr absl::Duration kLongest = absl::Minutes(10);

absl::Status Wrong(absl::string_view why, absl::string_view example) {
  return absl::InvalidArgumentError(
      absl::StrCat(why, "; for example: ", example));
}

absl::StatusOr<absl::Duration> ParseTime(absl::string_view text) {
  absl::Duration time;
  if (!absl::ParseDuration(text, &time) || time < absl::ZeroDuration() ||
      time > kLongest) {
    return Wrong(absl::StrCat("\"", text, "\" is not a time up to 10 minutes"),
                 "48ms, 2s");
  }
  return time;
}

absl::StatusOr<size_t> ParseNumber(absl::string_view text) {
  uint32_t number = 0;
  if (!absl::SimpleAtoi(text, &number) || number == 0) {
    return Wrong(absl::StrCat("\"", text, "\" is not a number from 1 on"),
                 "tear@12, sw=6A84@LOAD:3");
  }
  return number;
}

// A name, or a name and a number: LOAD, LOAD:3.
absl::Status ParseCommand(absl::string_view text, Fault& fault) {
  const size_t colon = text.find(':');
  const absl::string_view name = text.substr(0, colon);
  for (const NamedCommand& command : kCommands) {
    if (command.name == name) fault.ins = command.ins;
  }
  if (!fault.ins.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", name, "\" is none of ", FaultCommandNames()));
  }
  if (colon == absl::string_view::npos) return absl::OkStatus();
  ASSIGN_OR_RETURN(fault.number, ParseNumber(text.substr(colon + 1)));
  return absl::OkStatus();
}

// A number, or a command as above.
absl::Status ParseWhen(absl::string_view text, Fault& fault) {
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') {
    return ParseCommand(text, fault);
  }
  ASSIGN_OR_RETURN(fault.number, ParseNumber(text));
  return absl::OkStatus();
}

absl::Status ParseStatusWord(absl::string_view text, Fault& fault) {
  const absl::StatusOr<Bytes> bytes = FromHex(text);
  if (!bytes.ok() || bytes->size() != 2) {
    return Wrong(absl::StrCat("\"", text, "\" is not a status word"),
                 "sw=6A84@LOAD:3");
  }
  fault.sw =
      card::StatusWord(static_cast<uint16_t>((*bytes)[0] << 8 | (*bytes)[1]));
  return absl::OkStatus();
}

absl::StatusOr<Fault> ParseSlow(absl::string_view text) {
  Fault fault;
  fault.kind = FaultKind::kSlow;
  const size_t slash = text.find('/');
  ASSIGN_OR_RETURN(fault.time, ParseTime(text.substr(0, slash)));
  if (slash == absl::string_view::npos) return fault;
  RETURN_IF_ERROR(ParseCommand(text.substr(slash + 1), fault));
  return fault;
}

// What stands before the @.
absl::Status ParseKind(absl::string_view text, Fault& fault) {
  constexpr std::pair<absl::string_view, FaultKind> kKinds[] = {
      {"tear", FaultKind::kTear},         {"pull", FaultKind::kPull},
      {"reinsert", FaultKind::kReinsert}, {"swap", FaultKind::kSwap},
      {"mute", FaultKind::kMute},
  };
  for (const auto& [name, kind] : kKinds) {
    if (name != text) continue;
    fault.kind = kind;
    return absl::OkStatus();
  }
  if (absl::ConsumePrefix(&text, "sw=")) {
    fault.kind = FaultKind::kStatusWord;
    return ParseStatusWord(text, fault);
  }
  return Wrong(absl::StrCat("no fault is called \"", text, "\""),
               "tear@12, pull@12, reinsert@12, swap@12, mute@5, "
               "sw=6A84@LOAD:3, slow=48ms/LOAD");
}

}  // namespace

bool Fault::Strikes(uint8_t command, size_t of_all, size_t of_ins) const {
  if (ins.has_value() && *ins != command) return false;
  if (!number.has_value()) return true;
  return *number == (ins.has_value() ? of_ins : of_all);
}

absl::StatusOr<Fault> ParseFault(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "slow=")) return ParseSlow(text);
  const size_t at = text.find('@');
  Fault fault;
  RETURN_IF_ERROR(ParseKind(text.substr(0, at), fault));
  if (at == absl::string_view::npos) {
    return Wrong(absl::StrCat("\"", text, "\" does not say which command"),
                 "tear@12, mute@LOAD:2");
  }
  absl::string_view when = text.substr(at + 1);
  const size_t plus = when.find('+');
  if (plus != absl::string_view::npos) {
    if (fault.kind != FaultKind::kTear && fault.kind != FaultKind::kPull) {
      return Wrong("only a card that has left the reader is put back",
                   "tear@12+2s");
    }
    ASSIGN_OR_RETURN(fault.out, ParseTime(when.substr(plus + 1)));
    when = when.substr(0, plus);
  }
  RETURN_IF_ERROR(ParseWhen(when, fault));
  return fault;
}

std::string FaultCommandNames() {
  return absl::StrJoin(kCommands, " ",
                       [](std::string* out, const NamedCommand& command) {
                         absl::StrAppend(out, command.name);
                       });
}

}  // namespace cardferry::cardsim
