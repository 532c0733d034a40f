#ifndef CARDFERRY_LIB_CARD_STATUS_WORDS_EXPLAIN_H_
#define CARDFERRY_LIB_CARD_STATUS_WORDS_EXPLAIN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/card/apdu/status_word.h"

// What status words mean, for people: one table, which the operators' command,
// the messages of jobs and the pages read from.
namespace cardferry::card {

// The commands after which a status word can mean something of its own.
enum class CommandName : uint8_t {
  kAny,
  kSelect,
  kManageChannel,
  kVerify,
  kReadFile,    // READ BINARY, READ RECORD
  kUpdateFile,  // UPDATE and WRITE BINARY and RECORD, APPEND RECORD
  kCreateFile,
  kInitializeUpdate,
  kExternalAuthenticate,
  kGetData,
  kGetStatus,
  kSetStatus,
  kInstall,  // of whatever kind
  kInstallForLoad,
  kInstallForInstall,
  kInstallForPersonalization,
  kLoad,
  kDelete,
  kStoreData,
  kPutKey,
};
inline constexpr CommandName kLastCommandName = CommandName::kPutKey;

// "INSTALL [for load]"; empty for kAny.
absl::string_view NameOf(CommandName command);

// The command of this name, whatever its case: "install", "INSTALL [for load]",
// "install for load". INVALID_ARGUMENT, with the names that there are.
absl::StatusOr<CommandName> ParseCommandName(absl::string_view name);

// Four hexadecimal digits, whatever their case, with or without "0x" or a space
// between the bytes. INVALID_ARGUMENT for anything else.
absl::StatusOr<StatusWord> ParseStatusWord(absl::string_view text);

// What a status word says after a command. All are sentences.
struct Explanation {
  CommandName command = CommandName::kAny;  // that it is particular to
  std::string words;      // "not enough memory space"; empty: nobody knows
  std::string cause;      // what usually lies behind it
  std::string evidence;   // what to look at to be sure
  std::string next_step;  // what is safe to do now
};

// The explanation after this command; after any, when it means nothing of its
// own there. Every word has one.
Explanation Explain(StatusWord sw, CommandName command);

// What it means after any command, then after each command where it means
// something of its own.
std::vector<Explanation> ExplainAll(StatusWord sw);

// "6A84 (not enough memory space)", "63C2 (2 tries left)": four digits, and the
// standard's words; the digits alone for a word of which only the class is
// known.
std::string Describe(StatusWord sw);

// True when the table has this word itself, not only its class (62xx...).
bool IsKnown(StatusWord sw);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_STATUS_WORDS_EXPLAIN_H_
