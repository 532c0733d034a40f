#ifndef CARDFERRY_CARDSIM_CHANNEL_SCP01_KEYS_H_
#define CARDFERRY_CARDSIM_CHANNEL_SCP01_KEYS_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "cardsim/channel/key_set.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::cardsim {

inline constexpr size_t kScp01ChallengeSize = 8;

// The keys of one SCP01 session, 16 bytes each. Data encryption uses the static
// Key-DEK (GPCS 2.3.1, D.1.4).
struct Scp01SessionKeys {
  SecretBytes enc;
  SecretBytes mac;
};

// The session keys for two challenges of 8 bytes (D.4.1). INVALID_ARGUMENT for
// a key of another length than 16 bytes, or a challenge of another than 8.
absl::StatusOr<Scp01SessionKeys> DeriveScp01SessionKeys(
    const KeySet& keys, ByteSpan host_challenge, ByteSpan card_challenge);

// The cryptograms (D.4.2), 8 bytes.
absl::StatusOr<Bytes> Scp01CardCryptogram(const Scp01SessionKeys& session,
                                          ByteSpan host_challenge,
                                          ByteSpan card_challenge);
absl::StatusOr<Bytes> Scp01HostCryptogram(const Scp01SessionKeys& session,
                                          ByteSpan host_challenge,
                                          ByteSpan card_challenge);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_SCP01_KEYS_H_
