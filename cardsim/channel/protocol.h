#ifndef CARDFERRY_CARDSIM_CHANNEL_PROTOCOL_H_
#define CARDFERRY_CARDSIM_CHANNEL_PROTOCOL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "cardsim/channel/key_set.h"
#include "cardsim/channel/session.h"
#include "lib/base/bytes.h"
#include "lib/base/random.h"

namespace cardferry::cardsim {

// What a session is made from.
struct Handshake {
  const KeySet& keys;
  uint32_t sequence = 0;
  ByteSpan host_challenge;
  // The security domain's AID, part of a pseudo-random challenge.
  ByteSpan aid;
  // A challenge to show instead of the one that is made.
  std::optional<ByteSpan> fixed_challenge;
};

// What INITIALIZE UPDATE begins.
struct Opening {
  // The answer from the card challenge or the sequence counter on: what follows
  // key diversification data (10) | KVN (1) | protocol (1).
  Bytes answer;
  // What EXTERNAL AUTHENTICATE has to show.
  Bytes host_cryptogram;
  std::unique_ptr<Session> session;
};

// What the secure channel protocols do differently.
class Protocol {
 public:
  // When a key set's sequence counter moves.
  enum class Counting { kNever, kAtInitializeUpdate, kAtFirstMac };

  virtual ~Protocol() = default;

  // 02 for SCP02, and so on.
  virtual uint8_t number() const = 0;
  virtual uint8_t i() const = 0;
  // Whether a session begins by the first command with a C-MAC, without
  // INITIALIZE UPDATE and EXTERNAL AUTHENTICATE: Begin, not Open.
  virtual bool implicit() const { return false; }
  virtual Counting counting() const = 0;
  // The last value of the sequence counter; past it the key set is worn.
  virtual uint32_t last_sequence() const = 0;
  virtual size_t host_challenge_size() const = 0;
  virtual size_t card_challenge_size() const = 0;
  // Of a MAC or cryptogram as it is sent.
  virtual size_t mac_size() const = 0;
  virtual bool LevelIsPossible(uint8_t level) const = 0;
  virtual absl::StatusOr<Opening> Open(const Handshake& handshake,
                                       RandomSource& random) const = 0;
  // A session without a handshake, whose first command is still to be
  // unwrapped: of `handshake` keys, sequence and AID count.
  virtual absl::StatusOr<std::unique_ptr<Session>> Begin(
      const Handshake& handshake) const;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_PROTOCOL_H_
