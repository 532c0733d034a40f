#include "cardsim/channel/scp11_opening.h"

#include <algorithm>
#include <string>
#include <utility>

#include "cardsim/card_error.h"
#include "cardsim/testing/scp11_certificates.h"
#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

using card::CommandApdu;
using crypto::Curve;
using crypto::EcPrivateKey;

// A generated session (gen_scp11a_P256_aes128_S8_sha256_a).
constexpr char kCardKey[] =
    "3F32116E0D47BDB92E70A280950F66C33BF9804CD6552A37D9680B5E567DB43F";
constexpr char kCardEphemeral[] =
    "06CF60DE2222ED557830ECA9C0B76AF35773D14381AFF83C3CC9978C6F8A2F94";
constexpr char kHostKey[] =
    "005BAFE8001761718C0EC3CA3BC38A1AA1259A1F506815621900595164D45A28";
constexpr char kMutualAuthenticate[] =
    "8082031153A60D9002110195013C8001888101105F4941044A7627459D042FBD9D97143E76"
    "0244A74D0E3CA5B4951ED708BE3F73CE1E10ACEC9209866D0D758A307BC7EDDFE133BB0829"
    "9CB71CCC8D54DE222B13B290B19200";
constexpr char kAnswer[] =
    "5F494104F54B5B8793C85379E3008A32FE960484E20EDBA43960280120390C23FA2531D2DA"
    "84E92E6C9BF90C850D93EFFD3CB5461AF028FF64BA77C60E5094488F19E07F861039361C0E"
    "C7FF8AE1019F5F02E75DA69A";
constexpr char kWrapped[] =
    "84F2400218B31D5F45021ADDE6CB291FD9CC891E68355DBB550326F6DF00";

EcPrivateKey Key(const char* value) {
  return *EcPrivateKey::Create(Curve::kP256,
                               SecretBytes::CopyOf(FromHexOrDie(value)));
}

CommandApdu Command(const std::string& hex) {
  return *CommandApdu::Parse(FromHexOrDie(hex));
}

// A card that knows the test authority as key 10, version 03.
Scp11Keys CardKeys() {
  Scp11Keys keys{{0x11, 0x03}, Key(kCardKey)};
  keys.authority_name = {0x10, 0x03};
  keys.authority = CertifiedKey{
      {0xA1, 0xA2}, true, Curve::kP256, FromHexOrDie(kAuthorityPoint)};
  return keys;
}

Scp11Keys RecordedKeys() {
  Scp11Keys keys = CardKeys();
  keys.fixed_ephemeral = Key(kCardEphemeral);
  keys.fixed_host_key = Key(kHostKey).public_point();
  return keys;
}

card::StatusWord Refusal(const absl::StatusOr<Scp11Agreement>& agreement) {
  return StatusWordOf(agreement.status());
}

// PERFORM SECURITY OPERATION in blocks of 100 bytes.
absl::Status Present(Scp11Opening& card, const char* certificate,
                     uint8_t p2 = 0x10) {
  const Bytes whole = FromHexOrDie(certificate);
  for (size_t at = 0; at < whole.size(); at += 100) {
    const bool more = at + 100 < whole.size();
    const card::CommandHeader header{static_cast<uint8_t>(more ? 0x90 : 0x80),
                                     0x2A, 0x03, p2};
    const size_t length = std::min<size_t>(100, whole.size() - at);
    ASSIGN_OR_RETURN(
        const CommandApdu command,
        CommandApdu::Create(header, ByteSpan(whole).subspan(at, length), 256));
    RETURN_IF_ERROR(card.PerformSecurityOperation(command));
  }
  return absl::OkStatus();
}

TEST(Scp11OpeningTest, AnswersAGeneratedHostAndGoesOnAsScp03) {
  Scp11Opening card(RecordedKeys());
  ASSERT_OK_AND_ASSIGN(const Scp11Agreement agreement,
                       card.Authenticate(Command(kMutualAuthenticate)));
  EXPECT_EQ(ToHex(agreement.answer), kAnswer);
  EXPECT_TRUE(agreement.host_is_authenticated);
  ASSERT_OK_AND_ASSIGN(const CommandApdu plain,
                       agreement.session->Unwrap(Command(kWrapped)));
  EXPECT_EQ(ToHex(plain.Encode()), "80F24002024F0000");
}

TEST(Scp11OpeningTest, ABitOfDifferenceInTheRequestGivesAnotherReceipt) {
  const Bytes good = FromHexOrDie(kMutualAuthenticate);
  for (const size_t byte : {11u, 14u, 17u, 20u, 30u}) {
    Bytes bad = good;
    bad[byte] ^= 0x01;
    Scp11Opening card(RecordedKeys());
    const auto agreement = card.Authenticate(*CommandApdu::Parse(bad));
    if (!agreement.ok()) continue;
    EXPECT_NE(ToHex(agreement->answer), kAnswer) << byte;
  }
}

TEST(Scp11OpeningTest, ShowsANewEphemeralKeyEveryTime) {
  Scp11Keys keys = CardKeys();
  keys.fixed_host_key = Key(kHostKey).public_point();
  Scp11Opening card(std::move(keys));
  ASSERT_OK_AND_ASSIGN(const Scp11Agreement one,
                       card.Authenticate(Command(kMutualAuthenticate)));
  ASSERT_OK_AND_ASSIGN(const Scp11Agreement two,
                       card.Authenticate(Command(kMutualAuthenticate)));
  EXPECT_NE(one.answer, two.answer);
}

TEST(Scp11OpeningTest, TakesAHostWhoseCertificateItHasVerifiedOnce) {
  Scp11Opening card(CardKeys());
  EXPECT_EQ(Refusal(card.Authenticate(Command(kMutualAuthenticate))),
            kConditionsNotSatisfied);
  ASSERT_OK(Present(card, kHostCertificate));
  ASSERT_OK_AND_ASSIGN(const Scp11Agreement agreement,
                       card.Authenticate(Command(kMutualAuthenticate)));
  EXPECT_TRUE(agreement.host_is_authenticated);
  EXPECT_EQ(Refusal(card.Authenticate(Command(kMutualAuthenticate))),
            kConditionsNotSatisfied);
}

TEST(Scp11OpeningTest, TakesAHostBelowAnIntermediateAuthority) {
  Scp11Opening card(CardKeys());
  ASSERT_OK(Present(card, kIntermediateCertificate, 0x90));
  ASSERT_OK(Present(card, kIntermediateHostCertificate));
  EXPECT_OK(card.Authenticate(Command(kMutualAuthenticate)));
}

TEST(Scp11OpeningTest, RefusesCertificatesThatDoNotFollowFromEachOther) {
  Scp11Opening card(CardKeys());
  EXPECT_EQ(StatusWordOf(Present(card, kIntermediateHostCertificate)),
            kAuthenticationFailed);
  ASSERT_OK(Present(card, kIntermediateCertificate, 0x90));
  EXPECT_EQ(StatusWordOf(Present(card, kHostCertificate)),
            kAuthenticationFailed);
  // An authority is no host, a host is no authority.
  EXPECT_EQ(StatusWordOf(Present(card, kIntermediateCertificate)),
            kAuthenticationFailed);
  EXPECT_EQ(StatusWordOf(Present(card, kHostCertificate, 0x90)),
            kAuthenticationFailed);
  EXPECT_EQ(StatusWordOf(Present(card, kBrainpoolCertificate)), kWrongData);
  EXPECT_EQ(Refusal(card.Authenticate(Command(kMutualAuthenticate))),
            kConditionsNotSatisfied);
}

TEST(Scp11OpeningTest, RefusesACertificateWithOneBitOfDifference) {
  const Bytes good = FromHexOrDie(kHostCertificate);
  for (size_t byte = 0; byte < good.size(); ++byte) {
    Bytes bad = good;
    bad[byte] ^= 0x01;
    Scp11Opening card(CardKeys());
    EXPECT_FALSE(Present(card, ToHex(bad).c_str()).ok()) << byte;
  }
}

TEST(Scp11OpeningTest, AFailedCertificateForgetsTheOneBefore) {
  Scp11Opening card(CardKeys());
  ASSERT_OK(Present(card, kHostCertificate));
  EXPECT_FALSE(Present(card, "7F2100").ok());
  EXPECT_EQ(Refusal(card.Authenticate(Command(kMutualAuthenticate))),
            kConditionsNotSatisfied);
}

TEST(Scp11OpeningTest, VariantBNeedsNoHostsKeyAndSaysSo) {
  Scp11Keys keys = CardKeys();
  keys.name = {0x13, 0x03};
  Scp11Opening card(std::move(keys));
  std::string request = kMutualAuthenticate;
  request.replace(0, 8, "80880313");
  request.replace(20, 2, "00");
  ASSERT_OK_AND_ASSIGN(const Scp11Agreement agreement,
                       card.Authenticate(Command(request)));
  EXPECT_FALSE(agreement.host_is_authenticated);
  // The command of one variant with the parameters of another.
  request.replace(0, 8, "80820313");
  EXPECT_EQ(Refusal(card.Authenticate(Command(request))), kWrongData);
}

TEST(Scp11OpeningTest, RefusesKeysAndParametersThatAreNotThere) {
  const auto refusal = [](size_t digit, const char* byte) {
    Scp11Opening card(RecordedKeys());
    std::string request = kMutualAuthenticate;
    request.replace(digit, 2, byte);
    return Refusal(card.Authenticate(Command(request)));
  };
  EXPECT_EQ(refusal(4, "04"), kReferencedDataNotFound);
  EXPECT_EQ(refusal(6, "13"), kReferencedDataNotFound);
  EXPECT_EQ(refusal(18, "10"), kWrongData);  // not SCP11
  EXPECT_EQ(refusal(20, "05"), kWrongData);  // identifiers of host and card
  EXPECT_EQ(refusal(26, "33"), kWrongData);  // key usage
  EXPECT_EQ(refusal(32, "80"), kWrongData);  // key type
  EXPECT_EQ(refusal(38, "11"), kWrongData);  // key length
  EXPECT_EQ(refusal(60, "FF"), kWrongData);  // not on the curve
}

TEST(Scp11OpeningTest, WithoutAnAuthorityNoCertificateIsTaken) {
  Scp11Keys keys = CardKeys();
  keys.authority.reset();
  Scp11Opening card(std::move(keys));
  EXPECT_EQ(StatusWordOf(Present(card, kHostCertificate)),
            kReferencedDataNotFound);
}

}  // namespace
}  // namespace cardferry::cardsim
