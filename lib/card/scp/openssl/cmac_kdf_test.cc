#include "lib/card/scp/openssl/cmac_kdf.h"

#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::scp {
namespace {

using absl::StatusCode;

SecretBytes Key(absl::string_view hex) {
  return SecretBytes::CopyOf(FromHexOrDie(hex));
}

std::string Hex(const SecretBytes& secret) {
  return ToHex(secret.Read(GrantSecretAccess()));
}

// NIST CAVS 14.4, SP 800-108 counter mode with CMAC, a counter of 8 bits.
TEST(CmacCounterKdfTest, GivesTheStandardsAnswers) {
  ASSERT_OK_AND_ASSIGN(
      const SecretBytes before,
      CmacCounterKdf(
          Key("682E814D872397EBA71170A693514904"), {},
          FromHexOrDie(
              "E323CDFA7873A0D72CD86FFB4468744F097DB60498F7D0E3A43BAFD2D1AF675E"
              "4A88338723B1236199705357C47BF1D89B2F4617A340980E6331625C"),
          256));
  EXPECT_EQ(Hex(before),
            "DAC9B6CA405749CFB065A0F1E42C7C4224D3D5DB32FDAFE9DEE6CA193316F2C7");
  ASSERT_OK_AND_ASSIGN(
      const SecretBytes middle,
      CmacCounterKdf(
          Key("AC2029AF7BF5E1701BF5CEC3E78838A4936724B7C8596BA4"),
          FromHexOrDie(
              "0746020778492253C9BA26ACA6F48A51042439D3C6F76A248BCCF3B826E18BB8"
              "9D87D7193978D2FFAE3AF0B3488DB65F8E3E"),
          FromHexOrDie("433EDD0B427A26B2FF38"), 160));
  EXPECT_EQ(Hex(middle), "58A456F0232B8BE9865FF6BA700C1EF5EEE2191C");
}

TEST(CmacCounterKdfTest, RefusesLengthsThatItCannotCount) {
  const SecretBytes key(16);
  for (const size_t bits : {0u, 1u, 7u, 129u, 32648u}) {
    EXPECT_THAT(CmacCounterKdf(key, {}, {}, bits),
                StatusIs(StatusCode::kInvalidArgument))
        << bits;
  }
  EXPECT_OK(CmacCounterKdf(key, {}, {}, 32640));
}

// blaufish/scp03_kdf_testvectors.
TEST(Scp03KdfTest, GivesTheAnswersOfAnIndependentImplementation) {
  ASSERT_OK_AND_ASSIGN(const SecretBytes derived,
                       Scp03Kdf(SecretBytes(16), 0x01, Bytes(16), 256));
  EXPECT_EQ(Hex(derived),
            "329C873894717F6D545C755D175AE7ECDAB085DE2592FC3B9218A7FD77005E31");
  ASSERT_OK_AND_ASSIGN(
      const SecretBytes next,
      Scp03Kdf(SecretBytes(16), 0x02,
               FromHexOrDie("329C873894717F6D545C755D175AE7EC"
                            "DAB085DE2592FC3B9218A7FD77005E31"),
               256));
  EXPECT_EQ(Hex(next),
            "2AF2B9613F5B87B9E33F28F39EDC8376DDB4B6FE7701232DDD5477CEB17DA9F7");
}

// kaoh/globalplatform, get_status_aes_192.
TEST(Scp03SessionKeysTest, AreThoseOfARecordedSession) {
  const SecretBytes key =
      Key("DE2A3629CBC24E8D8869E82C8B4C0D874D88166B6F8A1C12");
  ASSERT_OK_AND_ASSIGN(
      const Scp03SessionKeys keys,
      DeriveScp03SessionKeys(key, key, FromHexOrDie("4157115CAD7D2FE7"),
                             FromHexOrDie("726B1E22EED4F4BB")));
  EXPECT_EQ(Hex(keys.enc), "0625452BB6780ACEEAA5D9B55442CC639794555124E4E8D0");
  EXPECT_EQ(Hex(keys.mac), "DA84103E89849103BF864F54DC49C28E1BB8F24AE152D4BC");
  EXPECT_EQ(Hex(keys.rmac), "12DA6523BB224BC675523D65007ECF5E4D44E0035490A60F");
}

TEST(Scp03SessionKeysTest, NeedStaticKeysOfOneLength) {
  EXPECT_THAT(DeriveScp03SessionKeys(SecretBytes(16), SecretBytes(32), Bytes(8),
                                     Bytes(8)),
              StatusIs(StatusCode::kInvalidArgument,
                       "K-ENC and K-MAC differ in length"));
}

}  // namespace
}  // namespace cardferry::scp
