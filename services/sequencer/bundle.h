#ifndef CARDFERRY_SERVICES_SEQUENCER_BUNDLE_H_
#define CARDFERRY_SERVICES_SEQUENCER_BUNDLE_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/cap/cap_file.h"
#include "lib/card/script/script.h"
#include "services/sequencer/approval_needs.h"
#include "services/sequencer/card_record.h"
#include "services/sequencer/content_plan.h"

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
// proves that all before it has reached the card.
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
};
inline constexpr CommandKind kLastCommandKind =
    CommandKind::kReadSecurityDomain;

bool IsChange(CommandKind kind);
bool IsDelete(CommandKind kind);

// The status words of a change that went through. DELETE (GPCS 2.3.1, 11.2.3)
// also has gone through when there is nothing (any more) to delete, 6A88 and
// 6A82, and when the card only does not list it any more, 6200.
std::vector<card::StatusWordPattern> AcceptedFor(CommandKind kind);
bool WentThrough(CommandKind kind, card::StatusWord sw);

// `count` commands of one kind in a row, about one package or applet (or about
// the card: no subject).
struct CommandRun {
  CommandKind kind = CommandKind::kAuthenticate;
  std::optional<card::Aid> subject = std::nullopt;
  uint32_t count = 1;

  bool operator==(const CommandRun& o) const {
    return kind == o.kind && subject == o.subject && count == o.count;
  }
};

// The commands of a bundle after EXTERNAL AUTHENTICATE, plain, and what they
// are for.
struct Bundle {
  card::Script commands;
  std::vector<CommandRun> runs;  // their counts add up to commands.size()

  size_t Changes() const;
};

// The bundle for a plan in a session with this protection. `expected`: what the
// card is believed to answer. DAPs and tokens are put in as far as their
// signatures are given. RESOURCE_EXHAUSTED, with the numbers, when
// something does not fit the session or the bundle; INVALID_ARGUMENT for a
// component that is missing.
absl::StatusOr<Bundle> BuildBundle(const ContentPlan& plan,
                                   const StatusSnapshot& expected,
                                   const CardProfile& profile,
                                   card::Protection protection,
                                   const Signatures& signatures = {});

// Every signature that the cards of this profile ask for before they take the
// plan. Errors of BuildBundle.
absl::StatusOr<std::vector<ApprovalNeed>> NeededApprovals(
    const ContentPlan& plan, const StatusSnapshot& expected,
    const CardProfile& profile, card::Protection protection);

// The most commands that one bundle may have, beside EXTERNAL AUTHENTICATE:
// what one transcript can answer.
inline constexpr size_t kMaxBundleCommands = card::kMaxScriptCommands - 1;

// The script in parts of at most `part_bytes` in wire form (at least one
// command each), in order.
std::vector<Bytes> EncodeParts(const card::Script& script, size_t part_bytes);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_BUNDLE_H_
