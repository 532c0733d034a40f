#ifndef CARDFERRY_LIB_CARD_SCP_SESSION_SEED_H_
#define CARDFERRY_LIB_CARD_SCP_SESSION_SEED_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/channel_protocol.h"

namespace cardferry::scp {

// What tells one session of a card's keys from another. Nothing in it is
// secret.
struct SessionSeed {
  ChannelProtocol protocol;
  // 8 bytes, for SCP03 in S16 mode 16. SCP02 with implicit initiation: empty.
  Bytes host_challenge = {};
  // As long as the host's, as InitializeUpdateResponse has it; for SCP02 that
  // is sequence counter (2) | card challenge (6). With implicit initiation the
  // sequence counter (2) alone.
  Bytes card_challenge = {};

  // INVALID_ARGUMENT unless both challenges are as long as they must be;
  // UNIMPLEMENTED for a protocol that CheckProtocol refuses.
  static absl::StatusOr<SessionSeed> Create(const ChannelProtocol& protocol,
                                            ByteSpan host_challenge,
                                            ByteSpan card_challenge);

  bool operator==(const SessionSeed& o) const {
    return protocol == o.protocol && host_challenge == o.host_challenge &&
           card_challenge == o.card_challenge;
  }
};

// What Create checks, for a cipher that is given a seed.
absl::Status CheckSeed(const SessionSeed& seed);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SESSION_SEED_H_
