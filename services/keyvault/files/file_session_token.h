#ifndef CARDFERRY_SERVICES_KEYVAULT_FILES_FILE_SESSION_TOKEN_H_
#define CARDFERRY_SERVICES_KEYVAULT_FILES_FILE_SESSION_TOKEN_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "services/keyvault/hsm/hsm_keys.h"
#include "services/keyvault/opening_ticket.h"
#include "services/keyvault/operation_class.h"

namespace cardferry::keyvault {

// What a session with a file-oriented card is made from. Nothing in it is
// secret: the host's half of the key is found again in the HSM.
struct FileSessionOrigin {
  SessionSerial serial = {};
  CardKeySelection card;
  Bytes host_challenge;
  Bytes card_challenge;
  Bytes card_answer;  // to MUTUAL AUTHENTICATE; empty until it is there
  std::string agent;
};

// The right to have the card's answer to MUTUAL AUTHENTICATE verified.
struct FileHandshakeToken {
  FileSessionOrigin origin;
  OperationClass operation_class = OperationClass::kRead;
  absl::Time expires_at;  // that of the opening
};

// The right to have the next commands of a session protected, once.
struct FileCommandToken {
  FileSessionOrigin origin;
  uint32_t step = 0;  // how many batches of commands came before
  OperationClass operation_class = OperationClass::kRead;
  Bytes counter;  // before the first command
  absl::Time opening_expires_at;
};

// The right to have the answers to one batch of commands verified, and nothing
// else.
struct FileVerifyToken {
  FileSessionOrigin origin;
  Bytes counter;  // before the first command
  uint32_t commands = 0;
  absl::Time opening_expires_at;
};

// The tokens as they travel: sealed in the HSM, each for its own purpose, so
// that none can be read, changed or used as another.
//   version '01' | serial (16) | key set | master version (4) | key
//   diversification data (10) | host challenge | card challenge | card's answer
//   | agent, then
//   handshake: operation class (1) | expiry (8)
//   command:   step (4) | operation class (1) | counter | expiry (8)
//   verify:    counter | commands (4) | expiry (8)
// Texts, challenges, answer and counters each after its length (4).
absl::StatusOr<Bytes> SealToken(HsmKeys& keys, const FileHandshakeToken& token);
absl::StatusOr<Bytes> SealToken(HsmKeys& keys, const FileCommandToken& token);
absl::StatusOr<Bytes> SealToken(HsmKeys& keys, const FileVerifyToken& token);

// The reverse, whether expired or not. PERMISSION_DENIED for what is not a
// token of this kind, made by us.
absl::StatusOr<FileHandshakeToken> OpenFileHandshakeToken(HsmKeys& keys,
                                                          ByteSpan sealed);
absl::StatusOr<FileCommandToken> OpenFileCommandToken(HsmKeys& keys,
                                                      ByteSpan sealed);
absl::StatusOr<FileVerifyToken> OpenFileVerifyToken(HsmKeys& keys,
                                                    ByteSpan sealed);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_FILES_FILE_SESSION_TOKEN_H_
