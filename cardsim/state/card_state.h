#ifndef CARDFERRY_CARDSIM_STATE_CARD_STATE_H_
#define CARDFERRY_CARDSIM_STATE_CARD_STATE_H_

#include "absl/status/status.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

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

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_STATE_CARD_STATE_H_
