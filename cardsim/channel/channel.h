#ifndef CARDFERRY_CARDSIM_CHANNEL_CHANNEL_H_
#define CARDFERRY_CARDSIM_CHANNEL_CHANNEL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/channel/key_set.h"
#include "cardsim/channel/protocol.h"
#include "cardsim/channel/scp02_protocol.h"
#include "cardsim/channel/session.h"
#include "lib/base/bytes.h"
#include "lib/base/random.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

struct ChannelOptions {
  // The parameter `i` of each protocol; the type of a key set says which
  // protocol it speaks. SCP01, which a card has in the place of SCP02: 05 15.
  // SCP02: 04 05 14 15 44 45 54 55 0A 0B 1A 1B, or those + 20. SCP03: 00 10 20
  // 30 60 70, or those + 01.
  std::optional<uint8_t> scp01_i;
  uint8_t scp02_i = 0x55;
  uint8_t scp03_i = 0x70;
  // The security domain's AID, part of a pseudo-random challenge.
  Bytes aid;
  // After so many failed EXTERNAL AUTHENTICATE in a row the key set is locked.
  // 0: never.
  int failure_limit = 10;
  // Where the sequence counter of SCP02 ends.
  uint32_t last_scp02_sequence = kLastScp02Sequence;
  // A challenge to show instead of the one that is made: replays of recorded
  // sessions only.
  std::optional<Bytes> fixed_challenge;
};

// The card's side of a secure channel with one key set: INITIALIZE UPDATE,
// EXTERNAL AUTHENTICATE and the session that follows, or the session that the
// first C-MAC after a SELECT begins (GPCS 2.3.1, annexes D and E; GPC Amendment
// D). Pure: no I/O, no clock. Every error is a CardError, made for
// its status word.
class Channel {
 public:
  // INVALID_ARGUMENT when the keys are not what their type wants (SCP02 with
  // one base key, `i` even, wants the same key three times), an `i` is not one
  // of the above, or a fixed challenge has the wrong length. Without `counters`
  // the keys are new.
  static absl::StatusOr<Channel> Create(
      KeySet keys, ChannelOptions options,
      std::optional<KeyCounters> counters = std::nullopt);

  // INITIALIZE UPDATE: 80 50 KVN 00. Ends the session that was. The answer:
  //   key diversification data (10) | KVN (1) | '02' (1) | sequence counter (2)
  //   | card challenge (6) | card cryptogram (8)
  // or
  //   key diversification data (10) | KVN (1) | '01' (1) | card challenge (8) |
  //   card cryptogram (8)
  // or
  //   key diversification data (10) | KVN (1) | '03' (1) | i (1) |
  //   card challenge (8 or 16) | card cryptogram (as long) |
  //   sequence counter (3, if i & 10)
  // Errors: 6E00, 6A86 (P2), 6700, 6A88 (another KVN), 6983 (locked), 6985 (the
  // sequence counter is at its end), 6D00 (implicit initiation has none; a
  // session goes on).
  absl::StatusOr<Bytes> InitializeUpdate(const card::CommandApdu& command,
                                         RandomSource& random);

  // EXTERNAL AUTHENTICATE: 84 82 level 00. Errors: 6985 without an INITIALIZE
  // UPDATE before it, or inside a session, which it ends; 6E00, 6A86 (level or
  // P2), 6700; 6300 for a wrong cryptogram and 6982 for a wrong C-MAC: both
  // count as failure and need a new INITIALIZE UPDATE. 6D00 as there.
  absl::Status ExternalAuthenticate(const card::CommandApdu& command);

  // The plain form of any other command. Without a session a command without
  // secure messaging comes back as it is, and one with it is refused (6985), or
  // begins the session where that is implicit: once after a SELECT; 6982 for a
  // wrong C-MAC, which counts as failure; 6983 and 6985 as INITIALIZE UPDATE.
  // What is wrong inside a session ends it (6982).
  absl::StatusOr<card::CommandApdu> Unwrap(const card::CommandApdu& command);

  // The answer to the command that was unwrapped last, as the session wants it.
  card::ResponseApdu Wrap(card::ResponseApdu response);

  // BEGIN and END R-MAC SESSION, as Session::ManageRMac. 6985 without a
  // session.
  absl::StatusOr<card::ResponseApdu> ManageRMac(const card::CommandApdu& plain);

  // A key that came in the session, encrypted under its data encryption key.
  // 6985 without a session, 6A80 when it is not whole blocks.
  absl::StatusOr<SecretBytes> UnwrapKey(ByteSpan wrapped) const;

  // Puts other keys in the place of these; their counters start again. A
  // session goes on with what it was opened with. INVALID_ARGUMENT as Create.
  absl::Status Replace(KeySet keys);

  // Whether EXTERNAL AUTHENTICATE has opened a session that still lives.
  bool authenticated() const { return session_ != nullptr; }

  // Ends the session or its beginning.
  void Close();
  // The same by a SELECT of the security domain with this AID, after which a
  // C-MAC may begin a session.
  void Select(ByteSpan aid);

  bool locked() const;
  const KeySet& keys() const { return keys_; }
  const KeyCounters& counters() const { return counters_; }
  const Protocol& protocol() const { return *protocol_; }

 private:
  Channel(KeySet keys, ChannelOptions options, KeyCounters counters,
          std::unique_ptr<Protocol> protocol);

  absl::Status CheckInitializeUpdate(const card::CommandApdu& command) const;
  absl::Status CheckExternalAuthenticate(
      const card::CommandApdu& command) const;
  // 6983, or 6985 for a counter at its end.
  absl::Status CheckCounters() const;
  // The first command of a session without a handshake.
  absl::StatusOr<card::CommandApdu> Begin(const card::CommandApdu& command);

  KeySet keys_;
  ChannelOptions options_;
  KeyCounters counters_;
  std::unique_ptr<Protocol> protocol_;
  std::optional<Opening> opening_;  // until EXTERNAL AUTHENTICATE
  std::unique_ptr<Session> session_;
  bool may_begin_ = true;  // no C-MAC since the last SELECT
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_CHANNEL_H_
