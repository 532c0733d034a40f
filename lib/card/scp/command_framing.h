#ifndef CARDFERRY_LIB_CARD_SCP_COMMAND_FRAMING_H_
#define CARDFERRY_LIB_CARD_SCP_COMMAND_FRAMING_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/scp/session_cipher.h"

namespace cardferry::scp {

// What protecting commands and verifying answers have in common. Internal.

inline constexpr card::CommandHeader kExternalAuthenticate{0x80, 0x82, 0x00,
                                                           0x00};

// CLA (ISO/IEC 7816-4, 5.4.1; GPCS 2.3.1, 11.1.4). Bit 40 tells the two forms
// apart: without it logical channels 0 to 3 in bits 03 and secure messaging in
// bits 0C, of which 04 is GlobalPlatform's; with it channels 4 to 19 in bits 0F
// and secure messaging in bit 20.
bool HasSecureMessaging(uint8_t cla);
uint8_t WithSecureMessaging(uint8_t cla);
uint8_t WithoutSecureMessaging(uint8_t cla);
uint8_t WithoutChannel(uint8_t cla);

// The chaining value before a session's first command (session_cipher.h).
Bytes FirstChainingValue(const ChannelProtocol& protocol);

// Whether a command with this data moves the encryption counter.
bool CountsCommand(const SessionCipher& cipher, ByteSpan data);

// What the C-MAC of a command is computed over, after the chaining value:
//   CLA | INS P1 P2 | Lc (1, or 3 when extended) | data
// Logical channel 0 stands in CLA; the channel bits of further interindustry
// classes (C0 to DF) are cleared in place, which leaves E0.
//   SCP03: CLA with secure messaging, Lc of data and MAC, the data encrypted if
//     it is (GPC Amendment D, 6.2.4).
//   SCP01, SCP02: the same, but the data before encryption and its Lc (GPCS
//     2.3.1, E.4.4).
//   SCP02 with `i` bit 02: the command as it was before: CLA without secure
//     messaging, Lc (00 when there is no data) without MAC.
Bytes CMacInput(const SessionCipher& cipher, const card::CommandHeader& header,
                ByteSpan data, bool extended);

// MacChain, with the number and lengths of what it gives checked.
absl::StatusOr<std::vector<Bytes>> Macs(SessionCipher& cipher,
                                        ByteSpan chaining_value,
                                        absl::Span<const Bytes> inputs);

// `command` with secure messaging in its CLA, its data replaced by `data` and
// the part of `mac` that is sent. Le stays as it is, not MACed.
absl::StatusOr<card::CommandApdu> WithMac(const SessionCipher& cipher,
                                          const card::CommandApdu& command,
                                          ByteSpan data, ByteSpan mac);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_COMMAND_FRAMING_H_
