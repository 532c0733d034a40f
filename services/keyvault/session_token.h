#ifndef CARDFERRY_SERVICES_KEYVAULT_SESSION_TOKEN_H_
#define CARDFERRY_SERVICES_KEYVAULT_SESSION_TOKEN_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/secure_channel.h"
#include "lib/card/scp/session_seed.h"
#include "services/keyvault/hsm/hsm_keys.h"
#include "services/keyvault/opening_ticket.h"
#include "services/keyvault/operation_class.h"

namespace cardferry::keyvault {

// What a session's keys are made from. Nothing in it is secret.
struct SessionOrigin {
  SessionSerial serial = {};
  CardKeySelection card;
  scp::SessionSeed seed;
};

// The right to have the next commands of a session protected, once.
struct CommandToken {
  SessionOrigin origin;
  uint32_t step = 0;  // how many batches of commands came before
  OperationClass operation_class = OperationClass::kRead;
  scp::ChannelState state;
  absl::Time expires_at;
};

// The right to have the session's answers verified, and nothing else.
struct VerifyToken {
  SessionOrigin origin;
  scp::ChannelState state;  // right after EXTERNAL AUTHENTICATE
  absl::Time expires_at;
};

// A session's origin as bytes, the same for the same origin:
//   serial (16) | key set | master version (4) |
//   key diversification data (10) | SCP identifier (1) | i (1) |
//   host challenge | card challenge | AID, each after its length (4) |
//   quirks (1)
Bytes EncodeOrigin(const SessionOrigin& origin);

// The two tokens as they travel: sealed in the HSM, each for its own purpose,
// so that neither can be read, changed or used as the other.
//   command: version '03' | origin | step (4) | operation class (1) | state |
//            expiry (8)
//   verify:  version '03' | origin | state | expiry (8)
//   state:   level (1) | chaining value | command counter (4)
absl::StatusOr<Bytes> SealToken(HsmKeys& keys, const CommandToken& token);
absl::StatusOr<Bytes> SealToken(HsmKeys& keys, const VerifyToken& token);

// The reverse, whether expired or not. PERMISSION_DENIED for what is not a
// token of this kind, made by us.
absl::StatusOr<CommandToken> OpenCommandToken(HsmKeys& keys, ByteSpan sealed);
absl::StatusOr<VerifyToken> OpenVerifyToken(HsmKeys& keys, ByteSpan sealed);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_SESSION_TOKEN_H_
