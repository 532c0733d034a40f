#ifndef CARDFERRY_CARDSIM_STATE_CARD_STATE_H_
#define CARDFERRY_CARDSIM_STATE_CARD_STATE_H_

#include <utility>

#include "absl/status/status.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {

// All that a card keeps without power. What the bytes mean is the card's
// business.
struct CardState {
  Bytes content;
  SecretBytes keys;

  bool Equals(const CardState& other) const {
    return content == other.content && keys.Equals(other.keys);
  }
};

// Where a card's state is kept.
class CardStateStore {
 public:
  virtual ~CardStateStore() = default;
  // Keeps `state` instead of what was kept before: after OK, and wherever the
  // power goes, one of the two is there whole.
  virtual absl::Status Save(const CardState& state) = 0;
};

// What of a card's state is kept where. Without a store: nothing.
class KeptState {
 public:
  // Keeps `state` in `store`, which outlives this, and from now on what
  // Update() is told.
  absl::Status Begin(CardStateStore& store, CardState state) {
    RETURN_IF_ERROR(store.Save(state));
    store_ = &store;
    last_ = std::move(state);
    return absl::OkStatus();
  }

  // Saves `state` if it is not what was saved last.
  absl::Status Update(CardState state) {
    if (state.Equals(last_)) return absl::OkStatus();
    return Begin(*store_, std::move(state));
  }

  bool begun() const { return store_ != nullptr; }

 private:
  CardStateStore* store_ = nullptr;
  CardState last_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_STATE_CARD_STATE_H_
