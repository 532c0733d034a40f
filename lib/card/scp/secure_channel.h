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
  // The last whole C-MAC: 16 bytes, SCP01 and SCP02 8; empty before the first
  // command with implicit initiation.
  Bytes chaining_value;
  // Commands sent since EXTERNAL AUTHENTICATE; by the quirk counts_only_data
  // those with data.
  uint32_t command_counter = 0;
};

// EXTERNAL AUTHENTICATE with the host cryptogram and its C-MAC (and no Le,
// unless a quirk says so: some cards refuse one), and the state that follows
// it. The caller has verified the card cryptogram before. INVALID_ARGUMENT for
// a level that the protocol has not (IsLegal), or one with implicit initiation;
// UNIMPLEMENTED for a protocol that CheckProtocol refuses.
struct Authentication {
  card::CommandApdu external_authenticate;
  ChannelState state;
};
absl::StatusOr<Authentication> AuthenticateHost(SessionCipher& cipher,
                                                SecurityLevel level);

// SCP02 with implicit initiation: the state before the session's first command,
// which begins the session by its C-MAC. INVALID_ARGUMENT for other protocols.
absl::StatusOr<ChannelState> BeginImplicitSession(const SessionCipher& cipher);

// Whether `cryptogram` is the one that the card must show. Constant time. An
// error says nothing about the card.
absl::StatusOr<bool> CardCryptogramMatches(SessionCipher& cipher,
                                           ByteSpan cryptogram);

// The same commands as the card will accept them after `state`, in order, with
// secure messaging at the state's level; advances `state` past them. The number
// of MacChain calls is one, of EncryptCommands calls at most one, whatever the
// number of commands (none at level kNone, or without commands). Commands
// without data are not encrypted, but count, if no quirk says otherwise. SCP03
// MACs the encrypted data, SCP01 and SCP02 the plain one (GPCS 2.3.1, E.4.4 and
// E.4.6). On an error `state` is as before:
//   INVALID_ARGUMENT: a command already has secure messaging in its CLA, or
//     does not fit with its MAC (and padding); a short command stays short. Or
//     the protocol has no such level.
//   ABORTED: the session has no numbers left for so many commands.
//   UNIMPLEMENTED: a protocol that is not there.
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
// AUTHENTICATE (none with implicit initiation or a start()); `answers` theirs
// from the first on, perhaps fewer. Nothing is kept from one call to the next:
// a longer list of both is verified again from the start.
//
// `level` is the session's, from whoever opened it (ChannelState): never what
// the packet says of itself, or forged answers could pass as ones that need no
// R-MAC.
//
// 9000, 62xx and 63xx carry an R-MAC, other SWs need not (SCP03: must not). A
// session whose level has no R-MAC, and (SCP02) no BEGIN R-MAC SESSION, has
// nothing to prove: its packet is not looked at further.
// The number of calls of each of the cipher's operations is one or none,
// whatever the number of commands; SCP02: of ResponseMacs one for each R-MAC
// session.
//   INVALID_ARGUMENT: not this session's packet (a C-MAC or the first command
//     differs), more answers than commands, or a level that the protocol has
//     not.
//   DATA_LOSS: an answer is the card's own, but does not decrypt.
absl::StatusOr<std::vector<VerifiedResponse>> VerifyResponses(
    SessionCipher& cipher, SecurityLevel level,
    absl::Span<const card::CommandApdu> commands,
    absl::Span<const card::ResponseApdu> answers);

// The most command data bytes that ProtectCommands can take in a short APDU:
// 255 without C-MAC, 247 with it, 239 with C-DECRYPTION too; in S16 mode 239
// and 223.
size_t MaxShortDataLength(const ChannelProtocol& protocol, SecurityLevel level);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SECURE_CHANNEL_H_
