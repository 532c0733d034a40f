#include "services/sequencer/doubt.h"

#include <algorithm>

#include "absl/time/time.h"
#include "services/sequencer/command_kind.h"

namespace cardferry::sequencer {

void LeaveInDoubt(const BundleState& state, CardRecord& record) {
  record.read_at = absl::InfinitePast();
  for (const WantedPackage& wanted : state.wanted) {
    const bool is_loaded = std::any_of(
        state.runs.begin(), state.runs.end(), [&wanted](const auto& run) {
          return run.kind == CommandKind::kInstallForLoad &&
                 run.subject == wanted.package.aid;
        });
    const auto origin = record.origins.find(wanted.package.aid);
    if (!is_loaded || origin == record.origins.end() ||
        origin->second.content_hash == wanted.content_hash) {
      continue;
    }
    origin->second = {UnknownContent()};
  }
}

}  // namespace cardferry::sequencer
