#ifndef CARDFERRY_LIB_CARD_SCP_SCP11_SCP11_OPENING_H_
#define CARDFERRY_LIB_CARD_SCP_SCP11_SCP11_OPENING_H_

#include <memory>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/scp/channel_protocol.h"
#include "lib/card/scp/scp11/key_agreement.h"
#include "lib/card/scp/scp11/opening_commands.h"
#include "lib/card/scp/secure_channel.h"
#include "lib/card/scp/session_cipher.h"

namespace cardferry::scp {

// A session that both sides have agreed on: from here on as SCP03 (GPC
// Amendment F, 4.8), the receipt being the first MAC chaining value.
struct Scp11Session {
  std::unique_ptr<SessionCipher> cipher;
  ChannelState state;
};

// The session that the card's answer (without SW) to `authenticate` opens.
// `authenticate` is AuthenticateCommand of these terms with the agreement's
// point. `card_static` is PK.SD.ECKA, taken from the card's certificate after
// that was verified. `protocol` is SCP03 with the `i` of how the card goes on.
// Errors: those of KeyAgreement::Agree; INVALID_ARGUMENT for an answer that is
// none, terms that CheckTerms refuses, or a protocol without the terms' level.
absl::StatusOr<Scp11Session> OpenScp11Session(
    KeyAgreement& keys, const Scp11Terms& terms,
    const ChannelProtocol& protocol, const card::CommandApdu& authenticate,
    ByteSpan card_static, ByteSpan answer);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SCP11_SCP11_OPENING_H_
