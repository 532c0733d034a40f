#ifndef CARDFERRY_LIB_CARD_SCP_SCP11_KEY_AGREEMENT_H_
#define CARDFERRY_LIB_CARD_SCP_SCP11_KEY_AGREEMENT_H_

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/channel_protocol.h"
#include "lib/card/scp/channel_quirks.h"
#include "lib/card/scp/scp11/opening_commands.h"
#include "lib/card/scp/session_cipher.h"

namespace cardferry::scp {

// What the two sides have shown each other.
struct Agreement {
  Scp11Variant variant = Scp11Variant::kA;
  Bytes card_static;     // PK.SD.ECKA, from a certificate that was verified
  Bytes card_ephemeral;  // ePK.SD.ECKA; variant c: not used
  Bytes shared_info;
  size_t key_length = 16;
  Bytes receipt_message;
  Bytes receipt;
  // How the session goes on: SCP03 with R-MAC and R-ENC, S8 or S16 mode.
  ChannelProtocol protocol = {kScp03, 0x60};
  ChannelQuirks quirks = {};
  SecurityLevel level = SecurityLevel::kCDecCMacRMacREnc;
};

// Our keys in the opening of one SCP11 session: an ephemeral one, made for it,
// and (variants a and c) our static one, whose certificate the card has. No key
// value comes out. Framing is written over this interface only, as that of a
// session is over SessionCipher.
class KeyAgreement {
 public:
  virtual ~KeyAgreement() = default;

  // ePK.OCE.ECKA, 04 | x | y.
  virtual Bytes ephemeral_point() const = 0;

  // Computes the shared secrets with the card's keys (GPC Amendment F, 3.1.2):
  //   a: eSK.OCE with ePK.SD, then SK.OCE with PK.SD
  //   b: eSK.OCE with ePK.SD, then eSK.OCE with PK.SD
  //   c: eSK.OCE with PK.SD, then SK.OCE with PK.SD
  // joins them, derives the receipt key, S-ENC, S-MAC, S-RMAC and S-DEK (ANSI
  // X9.63), and gives a session's cipher if the receipt is the card's: with a
  // start() of this level, whose chaining value is the receipt. Once.
  //   DATA_LOSS: it is not: this card has not the key of its certificate, or
  //     somebody stands between.
  //   INVALID_ARGUMENT: a point is not on the curve, or a length is wrong.
  //   FAILED_PRECONDITION: there is no static key and the variant wants one,
  //     or it was used before.
  //   UNAVAILABLE: the HSM cannot be reached now.
  virtual absl::StatusOr<std::unique_ptr<SessionCipher>> Agree(
      const Agreement& agreement) = 0;
};

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SCP11_KEY_AGREEMENT_H_
