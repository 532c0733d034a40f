#ifndef CARDFERRY_LIB_CARD_SCP_SESSION_SEED_H_
#define CARDFERRY_LIB_CARD_SCP_SESSION_SEED_H_

#include <array>
#include <cstdint>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/channel_protocol.h"

namespace cardferry::scp {

// What tells one session of a card's keys from another. Nothing in it is
// secret.
struct SessionSeed {
  ChannelProtocol protocol;
  std::array<uint8_t, 8> host_challenge = {};
  // SCP02: sequence counter (2) | card challenge (6), as
  // InitializeUpdateResponse has them.
  std::array<uint8_t, 8> card_challenge = {};

  // INVALID_ARGUMENT unless both challenges have 8 bytes; UNIMPLEMENTED for a
  // protocol that CheckProtocol refuses.
  static absl::StatusOr<SessionSeed> Create(const ChannelProtocol& protocol,
                                            ByteSpan host_challenge,
                                            ByteSpan card_challenge);

  bool operator==(const SessionSeed& o) const {
    return protocol == o.protocol && host_challenge == o.host_challenge &&
           card_challenge == o.card_challenge;
  }
};

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SESSION_SEED_H_
