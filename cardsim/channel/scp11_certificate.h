#ifndef CARDFERRY_CARDSIM_CHANNEL_SCP11_CERTIFICATE_H_
#define CARDFERRY_CARDSIM_CHANNEL_SCP11_CERTIFICATE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/crypto/elliptic_curve.h"

namespace cardferry::cardsim {

// Who has which key, as a certificate says or as the card was told.
struct CertifiedKey {
  Bytes identifier;  // of its owner
  bool may_sign = false;
  crypto::Curve curve = crypto::Curve::kP256;
  Bytes point;
};

// What a host's certificate says when `issuer` has signed it (GPC Amendment F,
// 6.1):
//   7F21 { 93 | 42 issuer | 5F20 owner | 95 (82 or 0080) | [5F25] | 5F24 |
//          [45] [53] [73] [BF20] | 7F49 { B0 point | F0 curve } | 5F37 }
// Dates are not looked at: a card has no clock. 6A80 for what is no such
// certificate, X.509 among it; 6300 when it is not the issuer's, or the issuer
// may not sign.
absl::StatusOr<CertifiedKey> VerifyCertificate(ByteSpan encoded,
                                               const CertifiedKey& issuer);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_SCP11_CERTIFICATE_H_
