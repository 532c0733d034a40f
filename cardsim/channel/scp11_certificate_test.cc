#include "cardsim/channel/scp11_certificate.h"

#include "cardsim/card_error.h"
#include "cardsim/testing/scp11_certificates.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

CertifiedKey Authority() {
  return {
      {0xA1, 0xA2}, true, crypto::Curve::kP256, FromHexOrDie(kAuthorityPoint)};
}

card::StatusWord Refusal(ByteSpan certificate, const CertifiedKey& issuer) {
  return StatusWordOf(VerifyCertificate(certificate, issuer).status());
}

TEST(Scp11CertificateTest, ReadsWhoHasWhichKey) {
  ASSERT_OK_AND_ASSIGN(
      const CertifiedKey host,
      VerifyCertificate(FromHexOrDie(kHostCertificate), Authority()));
  EXPECT_EQ(ToHex(host.identifier), "C1C2");
  EXPECT_FALSE(host.may_sign);
  EXPECT_EQ(ToHex(host.point), kHostPoint);
  ASSERT_OK_AND_ASSIGN(
      const CertifiedKey intermediate,
      VerifyCertificate(FromHexOrDie(kIntermediateCertificate), Authority()));
  EXPECT_TRUE(intermediate.may_sign);
  EXPECT_EQ(intermediate.curve, crypto::Curve::kP384);
}

TEST(Scp11CertificateTest, RefusesAnotherIssuers) {
  const Bytes certificate = FromHexOrDie(kHostCertificate);
  CertifiedKey other = Authority();
  other.identifier = {0xA1, 0xA3};
  EXPECT_EQ(Refusal(certificate, other), kAuthenticationFailed);
  other = Authority();
  other.point = FromHexOrDie(kHostPoint);
  EXPECT_EQ(Refusal(certificate, other), kAuthenticationFailed);
  other = Authority();
  other.may_sign = false;
  EXPECT_EQ(Refusal(certificate, other), kAuthenticationFailed);
}

TEST(Scp11CertificateTest, RefusesEveryPrefixAndX509) {
  const Bytes whole = FromHexOrDie(kHostCertificate);
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_EQ(Refusal(ByteSpan(whole).first(length), Authority()), kWrongData)
        << length;
  }
  EXPECT_EQ(Refusal(FromHexOrDie("30020500"), Authority()), kWrongData);
}

}  // namespace
}  // namespace cardferry::cardsim
