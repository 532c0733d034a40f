#ifndef CARDFERRY_LIB_CARD_SCP_SCP11_CERTIFICATE_H_
#define CARDFERRY_LIB_CARD_SCP_SCP11_CERTIFICATE_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/scp11/elliptic_curve.h"

namespace cardferry::scp {

// Longer certificates and chains than these come from nobody who means well.
inline constexpr size_t kMaxCertificateLength = 2048;
inline constexpr size_t kMaxChainLength = 5;

enum class CertificateUsage {
  kSignatures,    // 82: of a certification authority
  kKeyAgreement,  // 0080: of a security domain, or ours
};

// A certificate in GlobalPlatform's own format (GPC Amendment F, 6.1):
//   7F21 {
//     93 serial number (1-20) | 42 CA identifier (1-20) |
//     5F20 subject (1-20) | 95 key usage (1-2) |
//     [5F25 effective date (4)] | 5F24 expiration date (4) |
//     [45 image number (1-20)] | [53 or 73 discretionary (1-127)] |
//     [BF20 restrictions (1-127)] |
//     7F49 { B0 public key | F0 key parameter reference (1) } |
//     5F37 signature: ECDSA, r | s }
// Dates are YYYYMMDD, two digits a byte.
struct GpCertificate {
  Bytes serial_number;
  Bytes ca_identifier;
  Bytes subject;
  CertificateUsage usage = CertificateUsage::kKeyAgreement;
  Bytes effective_date;  // empty when it has none
  Bytes expiration_date;
  EllipticCurve curve = EllipticCurve::kP256;
  Bytes public_key;   // 04 | x | y
  Bytes signed_data;  // the objects before 5F37, as they came
  Bytes signature;    // the signer's curve tells how long it must be

  // INVALID_ARGUMENT for what is none: a field is missing, unknown, there
  // twice, of another length than above, or follows the signature.
  static absl::StatusOr<GpCertificate> Parse(ByteSpan encoded);
};

// Whether a certificate is of the format above; else it is X.509 (30).
bool IsGpCertificate(ByteSpan encoded);

// The certificates in a card's answer to GET DATA for its certificate store
// (GPC Amendment F, 7.3), each whole, the security domain's own last:
//   BF21 { 7F21... | 30... }
// INVALID_ARGUMENT for none, for more or longer ones than above, and for
// other objects; what is in them is not looked at.
absl::StatusOr<std::vector<Bytes>> ParseCertificateStore(ByteSpan answer);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SCP11_CERTIFICATE_H_
