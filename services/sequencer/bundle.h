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
#include "services/sequencer/command_kind.h"
#include "services/sequencer/content_plan.h"

namespace cardferry::sequencer {

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
// signatures are given. `identity`: what is read by GET DATA in sessions where
// answers have MACs. RESOURCE_EXHAUSTED, with the numbers, when
// something does not fit the session or the bundle; INVALID_ARGUMENT for a
// component that is missing.
absl::StatusOr<Bundle> BuildBundle(const ContentPlan& plan,
                                   const StatusSnapshot& expected,
                                   const CardProfile& profile,
                                   card::Protection protection,
                                   const Signatures& signatures = {},
                                   absl::Span<const uint16_t> identity = {});

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
