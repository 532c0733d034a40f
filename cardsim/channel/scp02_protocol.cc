#include "cardsim/channel/scp02_protocol.h"

#include <utility>

#include "absl/memory/memory.h"
#include "cardsim/channel/messaging.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {

absl::StatusOr<std::unique_ptr<Scp02Protocol>> Scp02Protocol::Create(
    uint8_t i, uint32_t last_sequence) {
  constexpr uint8_t kOfAll = kScp02ThreeKeys | kScp02EncryptedIcv | kScp02RMac;
  const uint8_t initiation = static_cast<uint8_t>(i & ~kOfAll);
  const bool known =
      (initiation & ~kScp02PseudoRandomChallenge) == kScp02Explicit ||
      initiation == (kScp02UnmodifiedApdu | kScp02AidIcv);
  if (!known) return absl::InvalidArgumentError("no such SCP02 parameter i");
  return absl::WrapUnique(new Scp02Protocol(i, last_sequence));
}

// The levels of GPCS 2.3.1, table E-14.
bool Scp02Protocol::LevelIsPossible(uint8_t level) const {
  if ((level & kLevelRMac) != 0 && (i_ & kScp02RMac) == 0) return false;
  switch (level) {
    case 0x00:
    case kLevelCMac:
    case kLevelCMac | kLevelCDec:
    case kLevelCMac | kLevelRMac:
    case kLevelCMac | kLevelCDec | kLevelRMac:
      return true;
    default:
      return false;
  }
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
  ASSIGN_OR_RETURN(opening.session,
                   Scp02Session::Create(std::move(keys), i_, handshake.aid));
  return opening;
}

absl::StatusOr<std::unique_ptr<Session>> Scp02Protocol::Begin(
    const Handshake& handshake) const {
  ASSIGN_OR_RETURN(
      Scp02SessionKeys keys,
      DeriveImplicitScp02SessionKeys(handshake.keys, handshake.sequence));
  return Scp02Session::Create(std::move(keys), i_, handshake.aid);
}

}  // namespace cardferry::cardsim
