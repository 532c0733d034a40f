#include "cardsim/channel/scp01_keys.h"

#include "lib/base/status_macros.h"
#include "lib/crypto/des_mac.h"
#include "lib/crypto/padding.h"
#include "lib/crypto/tdes.h"

namespace cardferry::cardsim {
namespace {

using crypto::kDesBlockSize;

absl::StatusOr<Bytes> Cryptogram(const Scp01SessionKeys& session,
                                 ByteSpan first, ByteSpan second) {
  return crypto::TdesMac(
      session.enc, Bytes(kDesBlockSize),
      crypto::Iso9797Padded(Concat({first, second}), kDesBlockSize));
}

}  // namespace

// Triple DES, each block by itself, of
//   card challenge [4..7] | host challenge [0..3] |
//   card challenge [0..3] | host challenge [4..7]
absl::StatusOr<Scp01SessionKeys> DeriveScp01SessionKeys(
    const KeySet& keys, ByteSpan host_challenge, ByteSpan card_challenge) {
  if (host_challenge.size() != kScp01ChallengeSize ||
      card_challenge.size() != kScp01ChallengeSize || keys.enc.size() != 16 ||
      keys.mac.size() != 16) {
    return absl::InvalidArgumentError(
        "SCP01 has challenges of 8 bytes and keys of 16");
  }
  const Bytes input =
      Concat({card_challenge.subspan(4), host_challenge.first(4),
              card_challenge.first(4), host_challenge.subspan(4)});
  Scp01SessionKeys session;
  ASSIGN_OR_RETURN(session.enc, crypto::TdesEcbDeriveKey(keys.enc, input));
  ASSIGN_OR_RETURN(session.mac, crypto::TdesEcbDeriveKey(keys.mac, input));
  return session;
}

absl::StatusOr<Bytes> Scp01CardCryptogram(const Scp01SessionKeys& session,
                                          ByteSpan host_challenge,
                                          ByteSpan card_challenge) {
  return Cryptogram(session, host_challenge, card_challenge);
}

absl::StatusOr<Bytes> Scp01HostCryptogram(const Scp01SessionKeys& session,
                                          ByteSpan host_challenge,
                                          ByteSpan card_challenge) {
  return Cryptogram(session, card_challenge, host_challenge);
}

}  // namespace cardferry::cardsim
