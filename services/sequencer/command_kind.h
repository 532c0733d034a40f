#ifndef CARDFERRY_SERVICES_SEQUENCER_COMMAND_KIND_H_
#define CARDFERRY_SERVICES_SEQUENCER_COMMAND_KIND_H_

#include <cstdint>
#include <vector>

#include "lib/card/apdu/status_word.h"
#include "lib/card/script/script.h"

namespace cardferry::sequencer {

// What a command of a bundle is for. The numbers stand in bundle states.
//
// A bundle that changes the card begins with three reads. The first (peek) may
// answer what it likes; the second and the third must answer what was expected,
// or nothing more is sent. The third asks the same as the first, so that when
// the run stops at one of them, both lists have been seen, and nothing was
// changed:
//
//   peek load files | compare applications | compare load files | changes |
//   read load files, applications, modules
//
// A bundle without changes only reads. Modules come last, and whatever the card
// answers will do: many cards do not list them. In a session with R-MAC one
// read follows that no card refuses, of the security domain itself: its MAC
// proves that all before it has reached the card. What is bound of the card's
// identity and was never proven is read before that one.
//
// Where answers are encrypted the agent cannot compare them: it compares how
// long they are, and the rest is judged when they are back (docs/adr/0021).
enum class CommandKind : uint8_t {
  kAuthenticate = 1,
  kPeekLoadFiles = 2,
  kCompareApplications = 3,
  kCompareLoadFiles = 4,
  kInstallForLoad = 5,
  kLoad = 6,
  kInstall = 7,
  kReadLoadFiles = 8,
  kReadApplications = 9,
  kDeleteApplication = 10,
  kDeletePackage = 11,
  kReadModules = 12,
  kReadSecurityDomain = 13,
  kMakeSelectable = 14,
  kLock = 15,
  kUnlock = 16,
  kUpdatePrivileges = 17,
  kExtradite = 18,
  kBeginPersonalization = 19,
  kStoreData = 20,
  kReadIdentity = 21,
};
inline constexpr CommandKind kLastCommandKind = CommandKind::kReadIdentity;

bool IsChange(CommandKind kind);
bool IsDelete(CommandKind kind);

// The status words of a change that went through. DELETE (GPCS 2.3.1, 11.2.3)
// also has gone through when there is nothing (any more) to delete, 6A88 and
// 6A82, and when the card only does not list it any more, 6200.
std::vector<card::StatusWordPattern> AcceptedFor(CommandKind kind);
bool WentThrough(CommandKind kind, card::StatusWord sw);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_COMMAND_KIND_H_
