#ifndef CARDFERRY_LIB_CARD_SCP_CHANNEL_PROTOCOL_H_
#define CARDFERRY_LIB_CARD_SCP_CHANNEL_PROTOCOL_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"

namespace cardferry::scp {

inline constexpr uint8_t kScp01 = 0x01;
inline constexpr uint8_t kScp02 = 0x02;
inline constexpr uint8_t kScp03 = 0x03;

// A secure channel protocol and its options `i` (GPCS 2.3.1, E.1.1; Amendment
// D, 5.1; GPCS 2.1.1, D.1.1). Chosen with `i`:
//   SCP01: 05, and 15 with ICV encryption.
//   SCP02: 01 three base keys, 02 C-MAC over the unmodified command, 04
//          explicit initiation, 08 first ICV from the AID, 10 ICV encryption,
//          20 R-MAC, 40 pseudo-random card challenge.
//   SCP03: 01 S16, 10 pseudo-random card challenge, 20 R-MAC, 40 R-ENC.
struct ChannelProtocol {
  uint8_t scp = kScp03;
  uint8_t i = 0x00;

  bool operator==(const ChannelProtocol& o) const {
    return scp == o.scp && i == o.i;
  }
};

// OK for what is there:
//   SCP01: 05 15.
//   SCP02: explicit initiation, C-MAC over the modified command: 04 05 14 15 44
//          45 54 55; implicit, over the unmodified one, first ICV from the AID:
//          0A 0B 1A 1B; each also with 20.
//   SCP03: 00 10 20 30 60 70, each also with 01.
// UNIMPLEMENTED for all else.
absl::Status CheckProtocol(const ChannelProtocol& protocol);

// Whether it is SCP03 in S16 mode: challenges, cryptograms and MACs of 16 bytes
// (GPC Amendment D, 5.1).
bool IsS16(const ChannelProtocol& protocol);

// Whether it is SCP02 with implicit initiation: a session begins with the first
// command that has a C-MAC; nothing authenticates the card (GPCS 2.3.1,
// E.1.2.2).
bool IsImplicit(const ChannelProtocol& protocol);

// The length of a session's challenges and cryptograms, and of a command's MAC
// as it is sent: 8, in S16 mode 16.
size_t ChallengeLength(const ChannelProtocol& protocol);
size_t SentMacLength(const ChannelProtocol& protocol);

// The block of the protocol's cipher, and with it the length of a whole MAC: 16
// for SCP03, else 8.
size_t BlockLength(const ChannelProtocol& protocol);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_CHANNEL_PROTOCOL_H_
