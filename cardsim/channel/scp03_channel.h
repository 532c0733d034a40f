#ifndef CARDFERRY_CARDSIM_CHANNEL_SCP03_CHANNEL_H_
#define CARDFERRY_CARDSIM_CHANNEL_SCP03_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/channel/scp03_keys.h"
#include "cardsim/channel/scp03_session.h"
#include "lib/base/bytes.h"
#include "lib/base/random.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

// Bits of the SCP03 parameter `i` (GPC Amendment D, 5.1).
inline constexpr uint8_t kS16Mode = 0x01;
inline constexpr uint8_t kPseudoRandomChallenge = 0x10;
inline constexpr uint8_t kRMacSupport = 0x20;
inline constexpr uint8_t kREncSupport = 0x40;  // only together with R-MAC

// The sequence counter has three bytes; past this value the key set is worn.
inline constexpr uint32_t kLastSequenceCounter = 0xFFFFFF;

struct Scp03Options {
  uint8_t i = 0x70;
  // The security domain's AID, part of the pseudo-random challenge.
  Bytes aid;
  // After so many failed EXTERNAL AUTHENTICATE in a row the key set is locked.
  // 0: never.
  int failure_limit = 10;
  // A challenge to show instead of the one that is made: replays of recorded
  // sessions only.
  std::optional<Bytes> fixed_challenge;
};

// What of a channel outlives a power cut.
struct Scp03Counters {
  // What the next INITIALIZE UPDATE shows; moves with each (if i & 10).
  uint32_t sequence = 1;
  // Failed EXTERNAL AUTHENTICATE since the last that succeeded.
  int failures = 0;
};

// The card's side of SCP03 with one key set: INITIALIZE UPDATE, EXTERNAL
// AUTHENTICATE and the session that follows (GPC Amendment D). Pure: no I/O, no
// clock. Every error is a CardError, made for its status word.
class Scp03Channel {
 public:
  // INVALID_ARGUMENT when the keys are not three of one AES length, `i` is not
  // one of 00 10 20 30 60 70 (or those + 01), or a fixed challenge has the
  // wrong length.
  static absl::StatusOr<Scp03Channel> Create(Scp03KeySet keys,
                                             Scp03Options options,
                                             Scp03Counters counters = {});

  // INITIALIZE UPDATE: 80 50 KVN 00. Ends the session that was. The answer:
  //   key diversification data (10) | KVN (1) | '03' (1) | i (1) |
  //   card challenge (8 or 16) | card cryptogram (as long) |
  //   sequence counter (3, if i & 10)
  // Errors: 6E00, 6A86 (P2), 6700, 6A88 (another KVN), 6983 (locked), 6985 (the
  // sequence counter is at its end).
  absl::StatusOr<Bytes> InitializeUpdate(const card::CommandApdu& command,
                                         RandomSource& random);

  // EXTERNAL AUTHENTICATE: 84 82 level 00. Errors: 6985 without an INITIALIZE
  // UPDATE before it, or inside a session, which it ends; 6E00, 6A86 (level or
  // P2), 6700; 6300 for a wrong cryptogram and 6982 for a wrong C-MAC: both
  // count as failure and need a new INITIALIZE UPDATE.
  absl::Status ExternalAuthenticate(const card::CommandApdu& command);

  // The plain form of any other command. Without a session a command without
  // secure messaging comes back as it is, and one with it is refused (6985).
  // What is wrong inside a session ends it (6982).
  absl::StatusOr<card::CommandApdu> Unwrap(const card::CommandApdu& command);

  // The answer to the command that was unwrapped last, as the session wants it.
  card::ResponseApdu Wrap(card::ResponseApdu response);

  // Whether EXTERNAL AUTHENTICATE has opened a session that still lives.
  bool authenticated() const { return session_.has_value(); }

  // Ends the session or its beginning: reset, SELECT.
  void Close();

  bool locked() const;
  const Scp03KeySet& keys() const { return keys_; }
  const Scp03Options& options() const { return options_; }
  const Scp03Counters& counters() const { return counters_; }

 private:
  // Between INITIALIZE UPDATE and EXTERNAL AUTHENTICATE.
  struct Pending {
    Scp03Session session;
    Bytes host_cryptogram;
  };

  Scp03Channel(Scp03KeySet keys, Scp03Options options, Scp03Counters counters);

  size_t ChallengeSize() const;
  bool LevelIsPossible(uint8_t level) const;
  absl::Status CheckInitializeUpdate(const card::CommandApdu& command) const;
  absl::Status CheckExternalAuthenticate(
      const card::CommandApdu& command) const;
  absl::StatusOr<Bytes> MakeChallenge(RandomSource& random) const;

  Scp03KeySet keys_;
  Scp03Options options_;
  Scp03Counters counters_;
  std::optional<Pending> pending_;
  std::optional<Scp03Session> session_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_SCP03_CHANNEL_H_
