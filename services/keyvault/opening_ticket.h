#ifndef CARDFERRY_SERVICES_KEYVAULT_OPENING_TICKET_H_
#define CARDFERRY_SERVICES_KEYVAULT_OPENING_TICKET_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/channel_protocol.h"

namespace cardferry::keyvault {

// One reader of one agent.
struct Place {
  std::string agent;
  std::string reader;

  bool operator==(const Place& other) const {
    return agent == other.agent && reader == other.reader;
  }
};

// Names this opening, the session that comes from it, and its entries in the
// ledger. Random.
using SessionSerial = std::array<uint8_t, 16>;

// The right to begin one session with the card that is put into one reader.
struct Opening {
  SessionSerial serial = {};
  // For cards in S16 mode; all others get its first half (HostChallengeFor).
  std::array<uint8_t, 16> host_challenge = {};
  Place place;
  absl::Time expires_at;
};

// The host challenge of a session of this protocol: 8 bytes, or all 16.
Bytes HostChallengeFor(const Opening& opening,
                       const scp::ChannelProtocol& protocol);

// The bytes of a ticket that its MAC is over:
//   version '02' (1) | serial (16) | host challenge (16) | expiry (8) |
//   agent | reader, each after its length (4)
Bytes EncodeOpening(const Opening& opening);

// The reverse. INVALID_ARGUMENT for anything that EncodeOpening does not make.
absl::StatusOr<Opening> DecodeOpening(ByteSpan encoded);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_OPENING_TICKET_H_
