#ifndef CARDFERRY_LIB_CARD_GP_GET_STATUS_H_
#define CARDFERRY_LIB_CARD_GP_GET_STATUS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::card {

// What GET STATUS lists (GPCS 2.3.1, 11.4): its P1.
enum class StatusScope : uint8_t {
  kLoadFilesAndModules = 0x10,
  kLoadFiles = 0x20,
  kApplications = 0x40,  // and supplementary security domains
  kIssuerSecurityDomain = 0x80,
};

// The first page of the whole list, or the page after the last answer; in TLV
// form (P2 bit 02).
enum class StatusPage : uint8_t { kFirst = 0x02, kNext = 0x03 };
CommandApdu GetStatusCommand(StatusScope scope, StatusPage page);

inline constexpr size_t kMaxStatusPages = 16;

// The status words that are an answer: all there is, more to come, nothing.
inline constexpr StatusWord kMoreDataAvailable{0x6310};
inline constexpr StatusWord kReferencedDataNotFound{0x6A88};

// One entry of the list; a card leaves out what it does not know.
struct StatusEntry {
  Aid aid;
  std::optional<uint8_t> life_cycle;
  Bytes privileges;                 // of applications
  std::optional<Aid> load_file;     // that an application comes from
  std::optional<uint16_t> version;  // of a load file: major, minor
  std::vector<Aid> modules;         // of a load file
  // That the application or load file belongs to.
  std::optional<Aid> security_domain = std::nullopt;

  bool operator==(const StatusEntry& o) const;
};

// E3 { 4F AID, 9F70 life cycle [contactless state], [C5 privileges],
// [C4 load file], [CE version], [84 module]..., [CC security domain], ... } one
// after the other; other fields are skipped. INVALID_ARGUMENT, naming the
// entry, when it is not well formed.
absl::StatusOr<std::vector<StatusEntry>> ParseStatusEntries(ByteSpan data);

// A list as a card gave it, page by page.
struct StatusList {
  std::vector<StatusEntry> entries;
  // False when the last page said that there is more (6310).
  bool complete = true;
};

// Joins the answers to a first page and the pages after it; answers after the
// end of the list do not matter. A list that is not complete may end in the
// middle of an entry: then it has none. FAILED_PRECONDITION, with the status
// word, when the card refused to list; INVALID_ARGUMENT for no page, too many,
// or data that is not well formed.
absl::StatusOr<StatusList> JoinStatusPages(
    absl::Span<const ResponseApdu> pages);

// "SELECTABLE": the standard's word for a life cycle state (11.1.1), LOCKED
// when the card has locked the application, else its two digits.
std::string LifeCycleText(StatusScope scope, uint8_t life_cycle);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_GP_GET_STATUS_H_
