#ifndef CARDFERRY_LIB_CARD_SCP_SESSION_CIPHER_H_
#define CARDFERRY_LIB_CARD_SCP_SESSION_CIPHER_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/channel_protocol.h"
#include "lib/card/scp/channel_quirks.h"
#include "lib/card/scp/security_level.h"

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

  virtual ChannelProtocol protocol() const = 0;

  // How the card differs from the text: its seed's.
  virtual ChannelQuirks quirks() const { return {}; }

  // How a session began that EXTERNAL AUTHENTICATE did not begin, because
  // something else (SCP11) had authenticated both sides and agreed on the keys.
  struct Start {
    SecurityLevel level = SecurityLevel::kCDecCMacRMacREnc;
    Bytes chaining_value;  // before the first command; SCP03: 16 bytes
  };
  // nullopt for all other sessions.
  virtual std::optional<Start> start() const { return std::nullopt; }

  // The cryptogram that the card (host) must show for this session's
  // challenges: 8 bytes, in S16 mode 16. INVALID_ARGUMENT for SCP02 with
  // implicit initiation and for a session with a start(), which have none.
  virtual absl::StatusOr<Bytes> CardCryptogram() = 0;
  virtual absl::StatusOr<Bytes> HostCryptogram() = 0;

  // The chained MACs of `messages` under S-MAC, one per message, each whole,
  // where MAC[-1] is `chaining_value`.
  //   SCP03: MAC[i] = CMAC(S-MAC, MAC[i-1] || messages[i]), 16 bytes; MAC[-1]
  //     is zeros before the first command (GPC Amendment D, 6.2.4).
  //   SCP02: MAC[i] = the retail MAC (ISO 9797-1, algorithm 3) of messages[i],
  //     8 bytes. Its ICV is MAC[i-1], encrypted with the first half of S-MAC
  //     when `i` has bit 10; zeros when MAC[-1] is empty, which it is before
  //     the first command (GPCS 2.3.1, E.4.4). With implicit initiation the ICV
  //     is then the retail MAC (ICV zeros) of the seed's AID, as it is, or by
  //     quirk encrypted like the others (E.3.2).
  //   SCP01: MAC[i] = the full triple-DES MAC (ISO 9797-1, algorithm 1), 8
  //     bytes. ICV like SCP02's, but encrypted with the whole of S-MAC (GPCS
  //     2.1.1, D.3.2).
  virtual absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) = 0;

  // Command data to encrypt and the number of its command in the session,
  // counted from 1 for the command after EXTERNAL AUTHENTICATE.
  struct Plaintext {
    uint32_t counter = 0;
    Bytes data;  // not padded; empty only by the quirk encrypts_absent_data
  };
  // The ciphertexts under S-ENC in CBC mode, padded with 80 00.. to whole
  // blocks.
  //   SCP03: ICV = AES(S-ENC, counter as a 16-byte block). GPC Amendment D,
  //     6.2.6.
  //   SCP02: triple DES, ICV zeros; the counter does not matter (GPCS 2.3.1,
  //     E.4.6).
  //   SCP01: the same, over length (1) | data, padded only if it is not whole
  //     blocks without (GPCS 2.1.1, D.3.4).
  virtual absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext> plaintexts) = 0;

  // The R-MACs of `messages` under S-RMAC, one per message, each whole.
  //   SCP03: each by itself, CMAC(S-RMAC, messages[i]), 16 bytes;
  //     `chaining_value` is empty: a message begins with its command's (GPC
  //     Amendment D, 6.2.5).
  //   SCP02: chained retail MACs like its MacChain's, but no ICV is encrypted;
  //     MAC[-1] is `chaining_value`, 8 bytes (GPCS 2.3.1, E.4.5). After BEGIN
  //     R-MAC SESSION that is empty: then MAC[-1] is the MAC (ICV zeros) of the
  //     seed's AID under S-RMAC, and S-RMAC is derived from the sequence
  //     counter that follows the session's, unless the quirk
  //     derives_all_from_first_counter says otherwise.
  // UNIMPLEMENTED for a protocol without R-MAC.
  virtual absl::StatusOr<std::vector<Bytes>> ResponseMacs(
      ByteSpan chaining_value, absl::Span<const Bytes> messages);

  // Encrypted data and the number of its command in the session.
  struct Ciphertext {
    uint32_t counter = 0;
    Bytes data;  // whole blocks, not empty
  };
  // What EncryptCommands made, back: an R-MAC of SCP02 covers the command as it
  // was before encryption. For that only; the data goes nowhere else. Padding
  // is removed. INVALID_ARGUMENT for wrong padding: so only for commands of the
  // session's own packet, which a C-MAC then shows. SCP02 only, UNIMPLEMENTED
  // for others.
  virtual absl::StatusOr<std::vector<Bytes>> DecryptCommands(
      absl::Span<const Ciphertext> ciphertexts);

  // The plaintexts under S-ENC in CBC mode, padding 80 00.. removed; ICV =
  // AES(S-ENC, 80 | counter as 15 bytes) (GPC Amendment D, 6.2.7).
  // INVALID_ARGUMENT for wrong padding: so only after the R-MAC was verified.
  // UNIMPLEMENTED for a protocol without R-ENC.
  virtual absl::StatusOr<std::vector<Bytes>> DecryptResponses(
      absl::Span<const Ciphertext> ciphertexts);
};

// For a cipher's EncryptCommands. INVALID_ARGUMENT when a plaintext is empty
// and the cipher's quirks do not say that such are encrypted.
absl::Status CheckPlaintexts(
    const SessionCipher& cipher,
    absl::Span<const SessionCipher::Plaintext> plaintexts);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SESSION_CIPHER_H_
