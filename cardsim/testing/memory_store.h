#ifndef CARDFERRY_CARDSIM_TESTING_MEMORY_STORE_H_
#define CARDFERRY_CARDSIM_TESTING_MEMORY_STORE_H_

#include "absl/status/status.h"
#include "cardsim/state/card_state.h"

namespace cardferry::cardsim {

// Keeps a card's state as a file does, in memory. Not a file: nothing is left
// when the test ends.
class MemoryStore final : public CardStateStore {
 public:
  absl::Status Save(const CardState& state) override {
    if (full) return absl::ResourceExhaustedError("no space left on device");
    last.content = state.content;
    last.keys = state.keys.Clone();
    ++saves;
    return absl::OkStatus();
  }

  CardState last;
  int saves = 0;
  bool full = false;  // the next Save fails
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_TESTING_MEMORY_STORE_H_
