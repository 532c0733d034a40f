#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_CERTIFICATE_CHAIN_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_CERTIFICATE_CHAIN_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/scp11/elliptic_curve.h"

namespace cardferry::scp {

// A security domain's key for key agreement, PK.SD.ECKA, as the issuer's
// certification authority vouches for it.
struct CertifiedKey {
  EllipticCurve curve = EllipticCurve::kP256;
  Bytes point;  // 04 | x | y
  // Which certificate vouches for it, so that a card can be bound to it: an
  // issuer gives a serial number once. X.509: two Names and an INTEGER, each in
  // DER with tag and length; GlobalPlatform's format: what is in 42, 93, 5F20.
  Bytes issuer = {};
  Bytes serial_number = {};
  Bytes subject = {};
};

// The key of the last certificate in `chain` (ParseCertificateStore), which
// `authority` leads to: every certificate is signed with the key of the one
// before it, the first with the authority's; all are valid at `now`; all but
// the last are of authorities, the last is for key agreement. `authority` is a
// certificate too, trusted as it is: X.509, or GlobalPlatform's own format. A
// chain that begins with the authority's own certificate may do so; X.509
// certificates that the way from it to the last one does not need are not
// looked at further.
//   INVALID_ARGUMENT: a certificate is malformed, of another format than the
//     authority's, or they are more than kMaxChainLength.
//   UNAUTHENTICATED: a certificate does not follow from the one before it, is
//     not valid now, or is not for this use. The message says which and why.
//     Nothing in the chain is to be believed.
absl::StatusOr<CertifiedKey> VerifyCertificates(absl::Span<const Bytes> chain,
                                                ByteSpan authority,
                                                absl::Time now);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_CERTIFICATE_CHAIN_H_
