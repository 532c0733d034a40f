#include "cardsim/channel/scp02_protocol.h"

#include <utility>

#include "absl/memory/memory.h"
#include "cardsim/channel/messaging.h"
#include "cardsim/channel/scp02_session.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {

absl::StatusOr<std::unique_ptr<Scp02Protocol>> Scp02Protocol::Create(
    uint8_t i, uint32_t last_sequence) {
  constexpr uint8_t kKnown = kScp02ThreeKeys | kScp02Explicit |
                             kScp02EncryptedIcv | kScp02PseudoRandomChallenge;
  if ((i & ~kKnown) != 0 || (i & kScp02Explicit) == 0) {
    return absl::InvalidArgumentError("no such SCP02 parameter i");
  }
  return absl::WrapUnique(new Scp02Protocol(i, last_sequence));
}

// The levels of GPCS 2.3.1, table E-14, without R-MAC.
bool Scp02Protocol::LevelIsPossible(uint8_t level) const {
  return level == 0x00 || level == kLevelCMac ||
         level == (kLevelCMac | kLevelCDec);
}

absl::StatusOr<Bytes> Scp02Protocol::MakeChallenge(const Handshake& handshake,
                                                   const Scp02SessionKeys& keys,
                                                   RandomSource& random) const {
  if (handshake.fixed_challenge.has_value()) {
    return Bytes(handshake.fixed_challenge->begin(),
                 handshake.fixed_challenge->end());
  }
  if ((i_ & kScp02PseudoRandomChallenge) == 0) {
    return random.Draw(kScp02CardChallengeSize);
  }
  return Scp02PseudoRandomChallenge(keys, handshake.aid);
}

absl::StatusOr<Opening> Scp02Protocol::Open(const Handshake& handshake,
                                            RandomSource& random) const {
  const ByteSpan host = handshake.host_challenge;
  const uint32_t sequence = handshake.sequence;
  ASSIGN_OR_RETURN(Scp02SessionKeys keys,
                   DeriveScp02SessionKeys(handshake.keys, sequence));
  ASSIGN_OR_RETURN(const Bytes card, MakeChallenge(handshake, keys, random));
  ASSIGN_OR_RETURN(const Bytes card_cryptogram,
                   Scp02CardCryptogram(keys, sequence, host, card));
  Opening opening;
  ASSIGN_OR_RETURN(opening.host_cryptogram,
                   Scp02HostCryptogram(keys, sequence, host, card));
  const Bytes counter = {static_cast<uint8_t>(sequence >> 8),
                         static_cast<uint8_t>(sequence)};
  opening.answer = Concat({counter, card, card_cryptogram});
  opening.session = std::make_unique<Scp02Session>(
      std::move(keys), (i_ & kScp02EncryptedIcv) != 0);
  return opening;
}

}  // namespace cardferry::cardsim
