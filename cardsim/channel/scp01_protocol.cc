#include "cardsim/channel/scp01_protocol.h"

#include <utility>

#include "absl/memory/memory.h"
#include "cardsim/channel/messaging.h"
#include "cardsim/channel/scp01_session.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kClearIcv = 0x05;
constexpr uint8_t kEncryptedIcv = 0x15;

}  // namespace

absl::StatusOr<std::unique_ptr<Scp01Protocol>> Scp01Protocol::Create(
    uint8_t i) {
  if (i != kClearIcv && i != kEncryptedIcv) {
    return absl::InvalidArgumentError("no such SCP01 parameter i");
  }
  return absl::WrapUnique(new Scp01Protocol(i));
}

bool Scp01Protocol::LevelIsPossible(uint8_t level) const {
  return level == 0x00 || level == kLevelCMac ||
         level == (kLevelCMac | kLevelCDec);
}

absl::StatusOr<Opening> Scp01Protocol::Open(const Handshake& handshake,
                                            RandomSource& random) const {
  const ByteSpan host = handshake.host_challenge;
  const Bytes card = handshake.fixed_challenge.has_value()
                         ? Bytes(handshake.fixed_challenge->begin(),
                                 handshake.fixed_challenge->end())
                         : random.Draw(kScp01ChallengeSize);
  ASSIGN_OR_RETURN(Scp01SessionKeys keys,
                   DeriveScp01SessionKeys(handshake.keys, host, card));
  ASSIGN_OR_RETURN(const Bytes card_cryptogram,
                   Scp01CardCryptogram(keys, host, card));
  Opening opening;
  ASSIGN_OR_RETURN(opening.host_cryptogram,
                   Scp01HostCryptogram(keys, host, card));
  opening.answer = Concat({card, card_cryptogram});
  opening.session = std::make_unique<Scp01Session>(
      std::move(keys), handshake.keys.dek.Clone(), i_ == kEncryptedIcv);
  return opening;
}

}  // namespace cardferry::cardsim
