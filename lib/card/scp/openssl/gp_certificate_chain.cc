// Certificates in GlobalPlatform's own format (GPC Amendment F, 6.1).
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/openssl/certificate_formats.h"
#include "lib/card/scp/openssl/curve_names.h"
#include "lib/card/scp/scp11/certificate.h"
#include "lib/crypto/signature.h"

namespace cardferry::scp {
namespace {

// YYYYMMDD, two digits a byte, as certificates have it.
Bytes ToDate(absl::Time now) {
  const absl::CivilDay day = absl::ToCivilDay(now, absl::UTCTimeZone());
  Bytes date;
  for (const int64_t two : {day.year() / 100, day.year() % 100,
                            int64_t{day.month()}, int64_t{day.day()}}) {
    date.push_back(static_cast<uint8_t>(two / 10 << 4 | two % 10));
  }
  return date;
}

absl::Status CheckDates(const GpCertificate& certificate, size_t index,
                        absl::Time now) {
  const Bytes today = ToDate(now);
  if (certificate.expiration_date < today) {
    return NotVouchedFor(
        index, absl::StrCat("expired on ", ToHex(certificate.expiration_date),
                            ", today is ", ToHex(today)));
  }
  if (!certificate.effective_date.empty() &&
      today < certificate.effective_date) {
    return NotVouchedFor(
        index, absl::StrCat("is valid from ", ToHex(certificate.effective_date),
                            " on, today is ", ToHex(today)));
  }
  return absl::OkStatus();
}

absl::Status CheckSignature(const GpCertificate& certificate, size_t index,
                            const GpCertificate& issuer) {
  if (issuer.usage != CertificateUsage::kSignatures) {
    return NotVouchedFor(index, "is signed by who may not sign");
  }
  if (certificate.ca_identifier != issuer.subject) {
    return NotVouchedFor(
        index,
        absl::StrCat("is issued by ", ToHex(certificate.ca_identifier),
                     ", the one before it is of ", ToHex(issuer.subject)));
  }
  ASSIGN_OR_RETURN(const crypto::VerificationKey key,
                   crypto::VerificationKey::Ec(ToCryptoCurve(issuer.curve),
                                               issuer.public_key));
  ASSIGN_OR_RETURN(const bool verifies, key.Verifies(certificate.signed_data,
                                                     certificate.signature));
  if (verifies) return absl::OkStatus();
  return NotVouchedFor(index, "has not its issuer's signature");
}

absl::StatusOr<GpCertificate> Parse(ByteSpan encoded, absl::string_view which) {
  absl::StatusOr<GpCertificate> certificate = GpCertificate::Parse(encoded);
  if (!certificate.ok()) return Annotate(certificate.status(), which);
  return certificate;
}

}  // namespace

absl::StatusOr<CertifiedKey> VerifyGpCertificates(absl::Span<const Bytes> chain,
                                                  ByteSpan authority,
                                                  absl::Time now) {
  ASSIGN_OR_RETURN(GpCertificate issuer, Parse(authority, "authority"));
  // Its own certificate, when the chain begins with it, is trusted already.
  const size_t first = chain.size() > 1 && ByteSpan(chain[0]) == authority;
  for (size_t i = first; i < chain.size(); ++i) {
    ASSIGN_OR_RETURN(GpCertificate certificate,
                     Parse(chain[i], absl::StrCat("certificate ", i)));
    RETURN_IF_ERROR(CheckSignature(certificate, i, issuer));
    RETURN_IF_ERROR(CheckDates(certificate, i, now));
    issuer = std::move(certificate);
  }
  if (issuer.usage != CertificateUsage::kKeyAgreement) {
    return NotVouchedFor(chain.size() - 1, "is not for key agreement");
  }
  return CertifiedKey{issuer.curve, std::move(issuer.public_key),
                      std::move(issuer.ca_identifier),
                      std::move(issuer.serial_number),
                      std::move(issuer.subject)};
}

}  // namespace cardferry::scp
