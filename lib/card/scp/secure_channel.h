#ifndef CARDFERRY_LIB_CARD_SCP_SECURE_CHANNEL_H_
#define CARDFERRY_LIB_CARD_SCP_SECURE_CHANNEL_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/scp/session_cipher.h"

namespace cardferry::scp {

// The security level of EXTERNAL AUTHENTICATE's P1 (GPC 2.3.1, table E-12 and
// Amendment D, 7.1.2.1): bits 01 C-MAC, 02 C-DECRYPTION, 10 R-MAC, 20 R-ENC.
enum class SecurityLevel : uint8_t {
  kNone = 0x00,
  kCMac = 0x01,
  kCDecCMac = 0x03,
};

// What a session carries from one batch of commands to the next. No secret: but
// whoever may change it can make two packets for one place in the chain, so
// keyvault seals it.
struct ChannelState {
  SecurityLevel level = SecurityLevel::kCDecCMac;
  Bytes chaining_value;          // the last whole C-MAC: 16 bytes; SCP02: 8
  uint32_t command_counter = 0;  // commands sent since EXTERNAL AUTHENTICATE
};

// EXTERNAL AUTHENTICATE with the host cryptogram and its C-MAC (and no Le: some
// cards refuse one), and the state that follows it. The caller has verified the
// card cryptogram before. UNIMPLEMENTED for a level that is not listed above,
// or a protocol that CheckProtocol refuses.
struct Authentication {
  card::CommandApdu external_authenticate;
  ChannelState state;
};
absl::StatusOr<Authentication> AuthenticateHost(SessionCipher& cipher,
                                                SecurityLevel level);

// Whether `cryptogram` is the one that the card must show. Constant time. An
// error says nothing about the card.
absl::StatusOr<bool> CardCryptogramMatches(SessionCipher& cipher,
                                           ByteSpan cryptogram);

// The same commands as the card will accept them after `state`, in order, with
// secure messaging at the state's level; advances `state` past them. The number
// of MacChain calls is one, of EncryptCommands calls at most one, whatever the
// number of commands (none at level kNone, or without commands). Commands
// without data are not encrypted, but count. SCP03 MACs the encrypted data,
// SCP02 the plain one (GPCS 2.3.1, E.4.4 and E.4.6). On an error `state` is as
// before:
//   INVALID_ARGUMENT: a command already has secure messaging in its CLA, or
//     does not fit with its MAC (and padding); a short command stays short.
//   ABORTED: the session has no numbers left for so many commands.
//   UNIMPLEMENTED: a level or protocol that is not there.
absl::StatusOr<std::vector<card::CommandApdu>> ProtectCommands(
    SessionCipher& cipher, ChannelState& state,
    absl::Span<const card::CommandApdu> commands);

// The most command data bytes that ProtectCommands can take in a short APDU:
// 247 for kCMac, 239 for kCDecCMac, 255 for kNone, the same for SCP02 and
// SCP03.
size_t MaxShortDataLength(SecurityLevel level);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SECURE_CHANNEL_H_
