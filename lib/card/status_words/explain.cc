#include "lib/card/status_words/explain.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "lib/card/status_words/rows.h"

namespace cardferry::card {
namespace {

constexpr uint16_t kClassMask = 0xFF00;

int NumberIn(StatusWord sw, Number number) {
  if (number == Number::kTries) return sw.sw2() & 0x0F;
  return sw.sw2() == 0 ? 256 : sw.sw2();
}

// The one row of a table that is about this word and command, or nullptr.
const StatusWordRow* Find(absl::Span<const StatusWordRow> rows, StatusWord sw,
                          CommandName command) {
  for (const StatusWordRow& row : rows) {
    const uint16_t mask = MaskOf(row.number);
    if (row.command == command && (sw.value() & mask) == row.value) return &row;
  }
  return nullptr;
}

const StatusWordRow* FindForAny(StatusWord sw) {
  return Find(RowsForAnyCommand(), sw, CommandName::kAny);
}

// Of an INSTALL of one kind also what is true of every INSTALL.
const StatusWordRow* FindForOne(StatusWord sw, CommandName command) {
  const StatusWordRow* row = Find(RowsForOneCommand(), sw, command);
  const bool install = command == CommandName::kInstallForLoad ||
                       command == CommandName::kInstallForInstall ||
                       command == CommandName::kInstallForPersonalization;
  if (row != nullptr || !install) return row;
  return Find(RowsForOneCommand(), sw, CommandName::kInstall);
}

const StatusWordRow& ClassOf(StatusWord sw) {
  const absl::Span<const StatusWordRow> classes = RowsForClasses();
  for (const StatusWordRow& row : classes) {
    if ((sw.value() & kClassMask) == row.value) return row;
  }
  return classes.back();
}

std::string Fill(const char* text, const StatusWordRow& row, StatusWord sw) {
  if (row.number == Number::kNone) return text;
  return absl::StrReplaceAll(text,
                             {{"$", absl::StrCat(NumberIn(sw, row.number))}});
}

std::string WordsFor(StatusWord sw) {
  const StatusWordRow* row = FindForAny(sw);
  return row == nullptr ? "" : Fill(row->words, *row, sw);
}

Explanation ToExplanation(const StatusWordRow& row, StatusWord sw) {
  return {row.command, WordsFor(sw), Fill(row.cause, row, sw),
          Fill(row.evidence, row, sw), Fill(row.next_step, row, sw)};
}

// "install for load" for "INSTALL [for load]".
std::string Plain(absl::string_view name) {
  return absl::StrReplaceAll(absl::AsciiStrToLower(name),
                             {{"[", ""}, {"]", ""}, {"-", " "}, {"_", " "}});
}

std::string AllNames() {
  std::string names;
  for (int i = 1; i <= static_cast<int>(kLastCommandName); ++i) {
    absl::StrAppend(&names, i > 1 ? ", " : "",
                    NameOf(static_cast<CommandName>(i)));
  }
  return names;
}

}  // namespace

absl::string_view NameOf(CommandName command) {
  switch (command) {
    case CommandName::kAny:
      return "";
    case CommandName::kSelect:
      return "SELECT";
    case CommandName::kManageChannel:
      return "MANAGE CHANNEL";
    case CommandName::kVerify:
      return "VERIFY";
    case CommandName::kReadFile:
      return "READ";
    case CommandName::kUpdateFile:
      return "UPDATE";
    case CommandName::kCreateFile:
      return "CREATE FILE";
    case CommandName::kInitializeUpdate:
      return "INITIALIZE UPDATE";
    case CommandName::kExternalAuthenticate:
      return "EXTERNAL AUTHENTICATE";
    case CommandName::kGetData:
      return "GET DATA";
    case CommandName::kGetStatus:
      return "GET STATUS";
    case CommandName::kSetStatus:
      return "SET STATUS";
    case CommandName::kInstall:
      return "INSTALL";
    case CommandName::kInstallForLoad:
      return "INSTALL [for load]";
    case CommandName::kInstallForInstall:
      return "INSTALL [for install]";
    case CommandName::kInstallForPersonalization:
      return "INSTALL [for personalization]";
    case CommandName::kLoad:
      return "LOAD";
    case CommandName::kDelete:
      return "DELETE";
    case CommandName::kStoreData:
      return "STORE DATA";
    case CommandName::kPutKey:
      return "PUT KEY";
  }
  return "";
}

absl::StatusOr<CommandName> ParseCommandName(absl::string_view name) {
  for (int i = 1; i <= static_cast<int>(kLastCommandName); ++i) {
    const auto command = static_cast<CommandName>(i);
    if (Plain(name) == Plain(NameOf(command))) return command;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no explanations for the command \"", name,
                   "\"; there are some for ", AllNames()));
}

absl::StatusOr<StatusWord> ParseStatusWord(absl::string_view text) {
  std::string digits = absl::StrReplaceAll(text, {{" ", ""}});
  if (absl::StartsWithIgnoreCase(digits, "0x")) digits.erase(0, 2);
  bool hexadecimal = digits.size() == 4;
  for (const char c : digits) {
    hexadecimal &= absl::ascii_isxdigit(static_cast<unsigned char>(c));
  }
  uint32_t value = 0;
  if (!hexadecimal || !absl::SimpleHexAtoi(digits, &value)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text,
                     "\" is no status word: it has four hexadecimal digits, "
                     "like 6A80"));
  }
  return StatusWord(static_cast<uint16_t>(value));
}

Explanation Explain(StatusWord sw, CommandName command) {
  const StatusWordRow* row =
      command == CommandName::kAny ? nullptr : FindForOne(sw, command);
  if (row == nullptr) row = FindForAny(sw);
  return ToExplanation(row == nullptr ? ClassOf(sw) : *row, sw);
}

std::vector<Explanation> ExplainAll(StatusWord sw) {
  std::vector<Explanation> all = {Explain(sw, CommandName::kAny)};
  for (int i = 1; i <= static_cast<int>(kLastCommandName); ++i) {
    const StatusWordRow* row =
        Find(RowsForOneCommand(), sw, static_cast<CommandName>(i));
    if (row != nullptr) all.push_back(ToExplanation(*row, sw));
  }
  return all;
}

std::string Describe(StatusWord sw) {
  const std::string words = WordsFor(sw);
  if (words.empty()) return absl::StrFormat("%04X", sw.value());
  return absl::StrFormat("%04X (%s)", sw.value(), words);
}

bool IsKnown(StatusWord sw) { return FindForAny(sw) != nullptr; }

}  // namespace cardferry::card
