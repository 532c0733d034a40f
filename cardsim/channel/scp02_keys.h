#ifndef CARDFERRY_CARDSIM_CHANNEL_SCP02_KEYS_H_
#define CARDFERRY_CARDSIM_CHANNEL_SCP02_KEYS_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "cardsim/channel/key_set.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::cardsim {

inline constexpr size_t kScp02CardChallengeSize = 6;

// The keys of one SCP02 session, 16 bytes each.
struct Scp02SessionKeys {
  SecretBytes enc;
  SecretBytes mac;
  SecretBytes dek;
  SecretBytes rmac;  // of a security level with R-MAC
  // Of BEGIN R-MAC SESSION, which comes when the sequence counter has moved.
  SecretBytes begun_rmac;
};

// The session keys for a sequence counter of 16 bits (GPCS 2.3.1, E.4.1).
// INVALID_ARGUMENT for a key of another length than 16 bytes.
absl::StatusOr<Scp02SessionKeys> DeriveScp02SessionKeys(const KeySet& keys,
                                                        uint32_t sequence);

// The same for a session that begins by its first C-MAC (E.1.2.2): this moves
// the counter, and keys that are needed later come from where it is then.
absl::StatusOr<Scp02SessionKeys> DeriveImplicitScp02SessionKeys(
    const KeySet& keys, uint32_t sequence);

// The cryptograms (E.4.2), 8 bytes; the card challenge has 6.
absl::StatusOr<Bytes> Scp02CardCryptogram(const Scp02SessionKeys& session,
                                          uint32_t sequence,
                                          ByteSpan host_challenge,
                                          ByteSpan card_challenge);
absl::StatusOr<Bytes> Scp02HostCryptogram(const Scp02SessionKeys& session,
                                          uint32_t sequence,
                                          ByteSpan host_challenge,
                                          ByteSpan card_challenge);

// The MAC over an AID (E.4.2, E.3.1), 8 bytes: the first ICV where a session
// begins without a challenge.
absl::StatusOr<Bytes> Scp02AidMac(const SecretBytes& key, ByteSpan aid);

// The pseudo-random card challenge (E.4.2) for the AID of the selected security
// domain: 6 bytes.
absl::StatusOr<Bytes> Scp02PseudoRandomChallenge(
    const Scp02SessionKeys& session, ByteSpan aid);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_SCP02_KEYS_H_
