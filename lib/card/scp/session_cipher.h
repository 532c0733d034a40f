#ifndef CARDFERRY_LIB_CARD_SCP_SESSION_CIPHER_H_
#define CARDFERRY_LIB_CARD_SCP_SESSION_CIPHER_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"

namespace cardferry::scp {

// The keyed operations of one secure channel session. It owns (handles to) the
// session keys, or what is needed to make them; no key value comes out. Channel
// framing (secure_channel.h) is written over this interface only, so that the
// same framing runs over an HSM and over keys in memory.
//
// Batches, because one call into an HSM costs as much as a thousand bytes.
// Errors: UNAVAILABLE when the HSM cannot be reached now, INTERNAL for a fault.
class SessionCipher {
 public:
  virtual ~SessionCipher() = default;

  // The cryptogram that the card (host) must show for this session's
  // challenges: 8 bytes.
  virtual absl::StatusOr<Bytes> CardCryptogram() = 0;
  virtual absl::StatusOr<Bytes> HostCryptogram() = 0;

  // The chained MACs of `messages` under S-MAC, one per message, each whole (16
  // bytes for SCP03): MAC[i] = CMAC(S-MAC, MAC[i-1] || messages[i]), where
  // MAC[-1] is `chaining_value` (16 bytes; zeros before the first command).
  // GPC Amendment D, 6.2.4.
  virtual absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) = 0;

  // Command data to encrypt and the number of its command in the session,
  // counted from 1 for the command after EXTERNAL AUTHENTICATE (SCP03).
  struct Plaintext {
    uint32_t counter = 0;
    Bytes data;  // not padded, not empty
  };
  // The ciphertexts under S-ENC, padded with 80 00.. to whole blocks; ICV =
  // AES(S-ENC, counter as a 16-byte block). GPC Amendment D, 6.2.6.
  virtual absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext> plaintexts) = 0;
};

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SESSION_CIPHER_H_
