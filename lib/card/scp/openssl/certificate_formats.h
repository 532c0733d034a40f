#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_CERTIFICATE_FORMATS_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_CERTIFICATE_FORMATS_H_

#include <cstddef>

#include "absl/strings/string_view.h"
#include "lib/card/scp/openssl/certificate_chain.h"

namespace cardferry::scp {

// VerifyCertificates for each format. Internal.
absl::StatusOr<CertifiedKey> VerifyGpCertificates(absl::Span<const Bytes> chain,
                                                  ByteSpan authority,
                                                  absl::Time now);
absl::StatusOr<CertifiedKey> VerifyX509Certificates(
    absl::Span<const Bytes> chain, ByteSpan authority, absl::Time now);

// UNAUTHENTICATED: "certificate 1: is expired".
absl::Status NotVouchedFor(size_t index, absl::string_view why);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_CERTIFICATE_FORMATS_H_
