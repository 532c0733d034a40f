#include "lib/card/scp/openssl/certificate_chain.h"

#include <string>
#include <vector>

#include "absl/time/civil_time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/scp/openssl/testing/known_certificates.h"

namespace cardferry::scp {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr auto kUntrusted = absl::StatusCode::kUnauthenticated;

absl::Time On(int year, int month, int day) {
  return absl::FromCivil(absl::CivilDay(year, month, day), absl::UTCTimeZone());
}

absl::StatusOr<CertifiedKey> Verify(const std::vector<std::string>& chain,
                                    const char* authority,
                                    absl::Time now = On(2026, 11, 22)) {
  std::vector<Bytes> certificates;
  for (const std::string& hex : chain) {
    certificates.push_back(FromHexOrDie(hex));
  }
  return VerifyCertificates(certificates, FromHexOrDie(authority), now);
}

TEST(X509ChainTest, GivesTheKeyThatTheAuthorityVouchesFor) {
  ASSERT_OK_AND_ASSIGN(const CertifiedKey key,
                       Verify({kX509Intermediate, kX509Card}, kX509Authority));
  EXPECT_EQ(key.curve, EllipticCurve::kP256);
  EXPECT_EQ(ToHex(key.point), kX509CardPoint);
  EXPECT_EQ(ToHex(key.issuer),
            "301C311A301806035504030C115465737420696E7465726D656469617465");
  EXPECT_EQ(ToHex(key.serial_number), "020103");
  EXPECT_EQ(ToHex(key.subject),
            "301F311D301B06035504030C145465737420736563757269747920646F6D6169"
            "6E");
  EXPECT_OK(
      Verify({kX509Authority, kX509Intermediate, kX509Card}, kX509Authority));
}

TEST(X509ChainTest, AnIntermediateMayBeTheAuthority) {
  EXPECT_OK(Verify({kX509Card}, kX509Intermediate));
}

TEST(X509ChainTest, KnowsBrainpoolCurves) {
  ASSERT_OK_AND_ASSIGN(const CertifiedKey key,
                       Verify({kX509BrainpoolCard}, kX509Authority));
  EXPECT_EQ(key.curve, EllipticCurve::kBrainpoolP256r1);
}

TEST(X509ChainTest, RefusesWhatTheAuthorityHasNotSigned) {
  EXPECT_THAT(Verify({kX509Intermediate, kX509Card}, kX509OtherAuthority),
              StatusIs(kUntrusted, HasSubstr("is not vouched for")));
  EXPECT_THAT(Verify({kX509Card}, kX509Authority),
              StatusIs(kUntrusted, StartsWith("certificate 0 ")));
}

TEST(X509ChainTest, RefusesSignaturesByBrokenHashes) {
  EXPECT_THAT(Verify({kX509WeakCard}, kX509WeakAuthority, On(2027, 1, 1)),
              StatusIs(kUntrusted, HasSubstr("CA signature digest algorithm "
                                             "too weak")));
}

TEST(X509ChainTest, RefusesOneBitOfDifferenceAnywhere) {
  const Bytes good = FromHexOrDie(kX509BrainpoolCard);
  for (size_t byte = 0; byte < good.size(); ++byte) {
    Bytes bad = good;
    bad[byte] ^= 0x01;
    EXPECT_FALSE(Verify({ToHex(bad)}, kX509Authority).ok()) << byte;
  }
}

TEST(X509ChainTest, RefusesCertificatesBeforeAndAfterTheirTime) {
  EXPECT_OK(Verify({kX509BrainpoolCard}, kX509Authority, On(2034, 12, 31)));
  EXPECT_THAT(Verify({kX509BrainpoolCard}, kX509Authority, On(2035, 1, 2)),
              StatusIs(kUntrusted, HasSubstr("expired")));
  EXPECT_THAT(Verify({kX509BrainpoolCard}, kX509Authority, On(2024, 12, 31)),
              StatusIs(kUntrusted, HasSubstr("not yet valid")));
}

TEST(X509ChainTest, RefusesKeysThatAreForSomethingElse) {
  EXPECT_THAT(Verify({kX509Signer}, kX509Authority),
              StatusIs(kUntrusted, "certificate 0 is not for key agreement"));
  EXPECT_THAT(Verify({kX509Intermediate}, kX509Authority),
              StatusIs(kUntrusted, "certificate 0 is not for key agreement"));
  EXPECT_FALSE(Verify({kX509Authority}, kX509Authority).ok());
}

TEST(X509ChainTest, RefusesEveryPrefix) {
  const Bytes whole = FromHexOrDie(kX509BrainpoolCard);
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THAT(Verify({ToHex(ByteSpan(whole).first(length))}, kX509Authority),
                StatusIs(kInvalid))
        << length;
  }
  EXPECT_THAT(Verify({kX509BrainpoolCard + std::string("00")}, kX509Authority),
              StatusIs(kInvalid, "certificate 0 is no X.509 certificate"));
}

TEST(GpChainTest, GivesTheKeyThatTheAuthorityVouchesFor) {
  ASSERT_OK_AND_ASSIGN(const CertifiedKey key,
                       Verify({kGpIntermediate, kGpCard}, kGpAuthority));
  EXPECT_EQ(key.curve, EllipticCurve::kBrainpoolP256r1);
  EXPECT_EQ(ToHex(key.point), kGpCardPoint);
  EXPECT_EQ(ToHex(key.issuer), "B1B2");
  EXPECT_EQ(ToHex(key.serial_number), "03");
  EXPECT_EQ(ToHex(key.subject), "C1C2");
  EXPECT_OK(Verify({kGpAuthority, kGpIntermediate, kGpCard}, kGpAuthority));
  EXPECT_OK(Verify({kGpCard}, kGpIntermediate));
}

TEST(GpChainTest, RefusesWhatTheAuthorityHasNotSigned) {
  EXPECT_THAT(
      Verify({kGpIntermediate, kGpCard}, kGpOtherAuthority),
      StatusIs(kUntrusted, "certificate 0 has not its issuer's signature"));
  EXPECT_THAT(Verify({kGpCard}, kGpAuthority),
              StatusIs(kUntrusted,
                       "certificate 0 is issued by B1B2, the one "
                       "before it is of A1A2"));
}

TEST(GpChainTest, RefusesWhatIsSignedByAKeyThatMayNotSign) {
  EXPECT_THAT(
      Verify({kGpIntermediate, kGpCard, kGpChildOfCard}, kGpAuthority),
      StatusIs(kUntrusted, "certificate 2 is signed by who may not sign"));
  EXPECT_THAT(Verify({kGpIntermediate}, kGpAuthority),
              StatusIs(kUntrusted, "certificate 0 is not for key agreement"));
}

TEST(GpChainTest, RefusesOneBitOfDifferenceAnywhere) {
  const Bytes good = FromHexOrDie(kGpCard);
  for (size_t byte = 0; byte < good.size(); ++byte) {
    Bytes bad = good;
    bad[byte] ^= 0x01;
    EXPECT_FALSE(Verify({kGpIntermediate, ToHex(bad)}, kGpAuthority).ok())
        << byte;
  }
}

TEST(GpChainTest, RefusesCertificatesBeforeAndAfterTheirTime) {
  EXPECT_OK(Verify({kGpCard}, kGpIntermediate, On(2025, 1, 1)));
  EXPECT_OK(Verify({kGpCard}, kGpIntermediate, On(2035, 1, 1)));
  EXPECT_THAT(Verify({kGpCard}, kGpIntermediate, On(2035, 1, 2)),
              StatusIs(kUntrusted,
                       "certificate 0 expired on 20350101, today "
                       "is 20350102"));
  EXPECT_THAT(Verify({kGpCard}, kGpIntermediate, On(2024, 12, 31)),
              StatusIs(kUntrusted,
                       "certificate 0 is valid from 20250101 on, "
                       "today is 20241231"));
}

TEST(CertificateChainTest, RefusesMixedFormatsAndChainsBeyondTheLimits) {
  EXPECT_THAT(
      Verify({kGpCard}, kX509Authority),
      StatusIs(kInvalid, "certificate 0 is not X.509, the authority's is"));
  EXPECT_THAT(
      Verify({kX509Card}, kGpAuthority),
      StatusIs(kInvalid, "certificate 0 is X.509, the authority's is not"));
  EXPECT_THAT(Verify({}, kGpAuthority), StatusIs(kInvalid));
  EXPECT_THAT(Verify(std::vector<std::string>(6, kX509Card), kX509Authority),
              StatusIs(kInvalid));
  EXPECT_THAT(Verify({std::string(2 * 2049, '0')}, kX509Authority),
              StatusIs(kInvalid, "certificate 0 is longer than 2048 bytes"));
}

}  // namespace
}  // namespace cardferry::scp
