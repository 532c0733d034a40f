#include "lib/card/scp/openssl/certificate_chain.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/card/scp/openssl/certificate_formats.h"
#include "lib/card/scp/scp11/certificate.h"

namespace cardferry::scp {

absl::Status NotVouchedFor(size_t index, absl::string_view why) {
  return absl::UnauthenticatedError(
      absl::StrCat("certificate ", index, " ", why));
}

absl::StatusOr<CertifiedKey> VerifyCertificates(absl::Span<const Bytes> chain,
                                                ByteSpan authority,
                                                absl::Time now) {
  if (chain.empty() || chain.size() > kMaxChainLength) {
    return absl::InvalidArgumentError(
        absl::StrCat("a chain of ", chain.size(), " certificates, must have 1 ",
                     "to ", kMaxChainLength));
  }
  const bool is_gp = IsGpCertificate(authority);
  for (size_t i = 0; i < chain.size(); ++i) {
    if (IsGpCertificate(chain[i]) != is_gp) {
      return absl::InvalidArgumentError(
          absl::StrCat("certificate ", i, " is ", is_gp ? "" : "not ",
                       "X.509, the authority's is", is_gp ? " not" : ""));
    }
    if (chain[i].size() > kMaxCertificateLength) {
      return absl::InvalidArgumentError(
          absl::StrCat("certificate ", i, " is longer than ",
                       kMaxCertificateLength, " bytes"));
    }
  }
  return is_gp ? VerifyGpCertificates(chain, authority, now)
               : VerifyX509Certificates(chain, authority, now);
}

}  // namespace cardferry::scp
