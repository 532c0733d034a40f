#ifndef CARDFERRY_LIB_CARD_SCP_SECURE_CHANNEL_H_
#define CARDFERRY_LIB_CARD_SCP_SECURE_CHANNEL_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/apdu/status_word.h"
#include "lib/card/scp/security_level.h"
#include "lib/card/scp/session_cipher.h"

namespace cardferry::scp {

// What a session carries from one batch of commands to the next. No secret: but
// whoever may change it can make two packets for one place in the chain, so
// keyvault seals it.
struct ChannelState {
  SecurityLevel level = SecurityLevel::kCDecCMac;
  Bytes chaining_value;          // the last whole C-MAC: 16 bytes; DES: 8
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

// What an answer's content is worth.
enum class Assurance {
  // Nothing proves it: the level or the command has no R-MAC, or it is an error
  // SW without one, or EXTERNAL AUTHENTICATE's. The reader may have made it up.
  kReported,
  // Its R-MAC matches: the card said it, and to this very command.
  kProven,
  // It must have an R-MAC that matches, and has not; or it comes after such a
  // one where R-MACs are chained (SCP02).
  kForged,
};

struct VerifiedResponse {
  Assurance assurance = Assurance::kReported;
  Bytes data;  // without R-MAC and encryption; empty when forged
  card::StatusWord sw = card::kSuccess;  // as it came, also when forged
};

// What of `answers` is proven, one result per answer. `commands` are all that
// were sent in the session, as they were sent, the first of them EXTERNAL
// AUTHENTICATE; `answers` theirs from the first on, perhaps fewer. Nothing is
// kept from one call to the next: a longer list of both is verified again from
// the start.
//
// 9000, 62xx and 63xx carry an R-MAC, other SWs need not (SCP03: must not).
// The number of calls of each of the cipher's operations is one or none,
// whatever the number of commands.
//   INVALID_ARGUMENT: not this session's packet (a C-MAC or the first command
//     differs), or more answers than commands.
absl::StatusOr<std::vector<VerifiedResponse>> VerifyResponses(
    SessionCipher& cipher, absl::Span<const card::CommandApdu> commands,
    absl::Span<const card::ResponseApdu> answers);

// The most command data bytes that ProtectCommands can take in a short APDU:
// 247 for kCMac, 239 for kCDecCMac, 255 for kNone, the same for SCP02 and
// SCP03.
size_t MaxShortDataLength(SecurityLevel level);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SECURE_CHANNEL_H_
