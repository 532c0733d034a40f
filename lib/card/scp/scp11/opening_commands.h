#ifndef CARDFERRY_LIB_CARD_SCP_SCP11_OPENING_COMMANDS_H_
#define CARDFERRY_LIB_CARD_SCP_SCP11_OPENING_COMMANDS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/scp/channel_quirks.h"
#include "lib/card/scp/security_level.h"

namespace cardferry::scp {

// Who shows whom a key that a certificate vouches for (GPC Amendment F, 3.1).
enum class Scp11Variant {
  kA,  // both sides; MUTUAL AUTHENTICATE
  kB,  // the card alone; INTERNAL AUTHENTICATE
  kC,  // both, and the card has no ephemeral key: scripts for many cards
};

// A key of a card, as commands refer to it.
struct KeyReference {
  uint8_t key_identifier = 0;
  uint8_t key_version_number = 0;
};

// What a session is to be.
struct Scp11Terms {
  Scp11Variant variant = Scp11Variant::kA;
  KeyReference card_key;                                   // SK.SD.ECKA
  SecurityLevel level = SecurityLevel::kCDecCMacRMacREnc;  // or kCMacRMac
  size_t key_length = 16;  // of the session keys, AES: 16, 24 or 32
  // The session's, which goes on as SCP03.
  ChannelQuirks quirks = {};
};

// INVALID_ARGUMENT for other levels and lengths.
absl::Status CheckTerms(const Scp11Terms& terms);

// GET DATA for the certificates of a key (GPC Amendment F, 7.3).
card::CommandApdu CertificateStoreCommand(KeyReference card_key);

// How PERFORM SECURITY OPERATION shows that more of a certificate follows:
// besides CLA bit 10, which all cards want, in P1 bit 80 (GPC Amendment F,
// 7.5). Some cards go without that bit. Value of a card's profile.
enum class BlockMark { kClaAndP1, kClaAlone };

// PERFORM SECURITY OPERATION with our chain, ours last, each certificate in as
// many short commands as it takes; P1 is the version and P2 the identifier of
// the CA's key in the card, P2 bit 80 says that another certificate follows.
// INVALID_ARGUMENT for no certificate, or more or longer ones than
// certificate.h allows.
absl::StatusOr<std::vector<card::CommandApdu>> PresentCertificates(
    KeyReference ca_key, absl::Span<const Bytes> chain, BlockMark mark);

// MUTUAL AUTHENTICATE, for variant b INTERNAL AUTHENTICATE (7.6.2):
//   A6 { 90 '11' parameters | 95 key usage | 80 '88' (AES) | 81 key length } |
//   5F49 ePK.OCE.ECKA
// INVALID_ARGUMENT as CheckTerms, and for a point that is too long for it.
absl::StatusOr<card::CommandApdu> AuthenticateCommand(const Scp11Terms& terms,
                                                      ByteSpan ephemeral_point);

// The answer to it: 5F49 ePK.SD.ECKA (variant c: PK.SD.ECKA) | 86 receipt (16).
struct AuthenticateAnswer {
  Bytes point;
  Bytes encoded_point;  // 5F49, length and point as they came
  Bytes receipt;

  // INVALID_ARGUMENT for what is none.
  static absl::StatusOr<AuthenticateAnswer> Parse(ByteSpan answer);
};

// What the receipt is a CMAC of (3.1.2).
Bytes ReceiptMessage(const card::CommandApdu& authenticate,
                     const AuthenticateAnswer& answer);

// What the session keys are derived with (3.1.2):
//   key usage (1) | key type '88' (1) | key length (1)
// Without identifiers of host and card, which our parameters do not ask for.
Bytes SharedInfo(const Scp11Terms& terms);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SCP11_OPENING_COMMANDS_H_
