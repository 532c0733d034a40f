#include "cardsim/channel/scp03_protocol.h"

#include <utility>

#include "absl/memory/memory.h"
#include "cardsim/channel/messaging.h"
#include "cardsim/channel/scp03_keys.h"
#include "cardsim/channel/scp03_session.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {

absl::StatusOr<std::unique_ptr<Scp03Protocol>> Scp03Protocol::Create(
    uint8_t i) {
  constexpr uint8_t kKnown =
      kScp03S16Mode | kScp03PseudoRandomChallenge | kScp03RMac | kScp03REnc;
  const bool r_enc_alone = (i & kScp03REnc) != 0 && (i & kScp03RMac) == 0;
  if ((i & ~kKnown) != 0 || r_enc_alone) {
    return absl::InvalidArgumentError("no such SCP03 parameter i");
  }
  return absl::WrapUnique(new Scp03Protocol(i));
}

bool Scp03Protocol::IsPseudoRandom() const {
  return (i_ & kScp03PseudoRandomChallenge) != 0;
}

Protocol::Counting Scp03Protocol::counting() const {
  return IsPseudoRandom() ? Counting::kAtInitializeUpdate : Counting::kNever;
}

size_t Scp03Protocol::mac_size() const {
  return (i_ & kScp03S16Mode) != 0 ? 16 : 8;
}

// The levels of GPC Amendment D, 7.1.2.1, that `i` allows.
bool Scp03Protocol::LevelIsPossible(uint8_t level) const {
  switch (level) {
    case 0x00:
    case kLevelCMac:
    case kLevelCMac | kLevelCDec:
      return true;
    case kLevelCMac | kLevelRMac:
    case kLevelCMac | kLevelCDec | kLevelRMac:
      return (i_ & kScp03RMac) != 0;
    case kLevelCMac | kLevelCDec | kLevelRMac | kLevelREnc:
      return (i_ & kScp03REnc) != 0;
    default:
      return false;
  }
}

absl::StatusOr<Bytes> Scp03Protocol::MakeChallenge(const Handshake& handshake,
                                                   RandomSource& random) const {
  if (handshake.fixed_challenge.has_value()) {
    return Bytes(handshake.fixed_challenge->begin(),
                 handshake.fixed_challenge->end());
  }
  if (!IsPseudoRandom()) return random.Draw(card_challenge_size());
  return PseudoRandomChallenge(handshake.keys, handshake.sequence,
                               handshake.aid, card_challenge_size());
}

absl::StatusOr<Opening> Scp03Protocol::Open(const Handshake& handshake,
                                            RandomSource& random) const {
  const ByteSpan host = handshake.host_challenge;
  ASSIGN_OR_RETURN(const Bytes card, MakeChallenge(handshake, random));
  ASSIGN_OR_RETURN(Scp03SessionKeys keys,
                   DeriveSessionKeys(handshake.keys, host, card));
  ASSIGN_OR_RETURN(const Bytes card_cryptogram,
                   CardCryptogram(keys, host, card));
  Opening opening;
  ASSIGN_OR_RETURN(opening.host_cryptogram, HostCryptogram(keys, host, card));
  opening.answer = Concat({{i_}, card, card_cryptogram});
  if (IsPseudoRandom()) {
    for (const int shift : {16, 8, 0}) {
      opening.answer.push_back(
          static_cast<uint8_t>(handshake.sequence >> shift));
    }
  }
  opening.session = std::make_unique<Scp03Session>(
      std::move(keys), handshake.keys.dek.Clone(), mac_size());
  return opening;
}

}  // namespace cardferry::cardsim
