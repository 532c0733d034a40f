#include "services/sequencer/bundle_state.h"

namespace cardferry::sequencer {

size_t BundleState::Commands() const {
  size_t commands = 0;
  for (const CommandRun& run : runs) commands += run.count;
  return commands;
}

}  // namespace cardferry::sequencer
