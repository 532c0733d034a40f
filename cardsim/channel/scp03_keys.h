#ifndef CARDFERRY_CARDSIM_CHANNEL_SCP03_KEYS_H_
#define CARDFERRY_CARDSIM_CHANNEL_SCP03_KEYS_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/statusor.h"
#include "cardsim/channel/key_set.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::cardsim {

// The keys of one session (GPC Amendment D, 6.2.1), as long as the static ones.
struct Scp03SessionKeys {
  SecretBytes enc;
  SecretBytes mac;
  SecretBytes rmac;
};

// The context of every derivation in a session is host challenge || card
// challenge. Errors: INVALID_ARGUMENT for a key of another length.
absl::StatusOr<Scp03SessionKeys> DeriveSessionKeys(const KeySet& keys,
                                                   ByteSpan host_challenge,
                                                   ByteSpan card_challenge);

// The cryptograms (6.2.2.2, 6.2.2.3), as long as a challenge: 8 or 16 bytes.
absl::StatusOr<Bytes> CardCryptogram(const Scp03SessionKeys& session,
                                     ByteSpan host_challenge,
                                     ByteSpan card_challenge);
absl::StatusOr<Bytes> HostCryptogram(const Scp03SessionKeys& session,
                                     ByteSpan host_challenge,
                                     ByteSpan card_challenge);

// The pseudo-random card challenge (6.2.2.1) of `size` bytes, 8 or 16, for a
// 24-bit sequence counter and the AID of the security domain.
absl::StatusOr<Bytes> PseudoRandomChallenge(const KeySet& keys,
                                            uint32_t sequence_counter,
                                            ByteSpan aid, size_t size);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_SCP03_KEYS_H_
