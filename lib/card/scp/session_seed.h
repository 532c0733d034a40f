#ifndef CARDFERRY_LIB_CARD_SCP_SESSION_SEED_H_
#define CARDFERRY_LIB_CARD_SCP_SESSION_SEED_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/channel_protocol.h"
#include "lib/card/scp/channel_quirks.h"

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
  // The application that was selected, 5 to 16 bytes. Implicit initiation needs
  // it, BEGIN R-MAC SESSION too; else it may be empty.
  Bytes aid = {};
  ChannelQuirks quirks = {};

  // A seed without AID and quirks, checked by CheckSeed.
  static absl::StatusOr<SessionSeed> Create(const ChannelProtocol& protocol,
                                            ByteSpan host_challenge,
                                            ByteSpan card_challenge);

  // The same for SCP02 with implicit initiation.
  static absl::StatusOr<SessionSeed> CreateImplicit(
      const ChannelProtocol& protocol, ByteSpan sequence_counter, ByteSpan aid);

  bool operator==(const SessionSeed& o) const {
    return protocol == o.protocol && host_challenge == o.host_challenge &&
           card_challenge == o.card_challenge && aid == o.aid &&
           quirks == o.quirks;
  }
};

// INVALID_ARGUMENT unless both challenges are as long as they must be, and the
// AID is there where it must; UNIMPLEMENTED for a protocol that CheckProtocol
// refuses.
absl::Status CheckSeed(const SessionSeed& seed);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SESSION_SEED_H_
