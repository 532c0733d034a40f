// The cipher against published session material. What every SessionCipher must
// do is in pkcs11_contract_test.cc.

#include "services/keyvault/hsm/scp03_hsm_cipher.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/ck_status.h"
#include "lib/pkcs11/cryptoki.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"
#include "services/keyvault/hsm/testing/known_key_cipher.h"

namespace cardferry::keyvault {
namespace {

using Json = nlohmann::json;
using pkcs11::KdfRecipe;
using pkcs11::TestModule;

struct Way {
  TestModule module;
  KnownKeyWays ways;
};
std::ostream& operator<<(std::ostream& out, const Way& way) {
  return out << way.module
             << (way.ways.kdf == KdfRecipe::kNative ? "Native" : "AesData")
             << (way.ways.mac_by_cbc ? "ByCbc" : "BySign");
}

class Scp03HsmCipherTest : public testing::TestWithParam<Way> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_,
                         pkcs11::TestToken::Create(GetParam().module));
    ASSERT_OK_AND_ASSIGN(
        token_,
        pkcs11::Token::Open(test_token_->Options(pkcs11::Access::kReadOnly)));
  }

  absl::StatusOr<std::unique_ptr<scp::SessionCipher>> Open(
      const KnownStaticKeys& keys, ByteSpan host, ByteSpan card) {
    ASSIGN_OR_RETURN(const scp::SessionSeed seed,
                     scp::SessionSeed::Create({scp::kScp03, 0x70}, host, card));
    return OpenKnownKeyCipher(*token_, keys, seed, GetParam().ways);
  }

  std::unique_ptr<pkcs11::TestToken> test_token_;
  std::unique_ptr<pkcs11::Token> token_;
};

Bytes Hex(const Json& value) { return FromHexOrDie(value.get<std::string>()); }

TEST_P(Scp03HsmCipherTest, GivesThePublishedCryptograms) {
  std::ifstream stream("tests/vectors/real_session_material.json");
  int compared = 0;
  for (const Json& record : Json::parse(stream)) {
    if (record["protocol"] != "SCP03" || !record.contains("host_challenge")) {
      continue;
    }
    SCOPED_TRACE(record["name"].get<std::string>());
    ASSERT_OK_AND_ASSIGN(
        const auto cipher,
        Open({Hex(record["keys"]["enc"]), Hex(record["keys"]["mac"])},
             Hex(record["host_challenge"]), Hex(record["card_challenge"])));
    const Json& expected = record["expected"];
    EXPECT_THAT(cipher->CardCryptogram(),
                IsOkAndHolds(Hex(expected["card_cryptogram"])));
    EXPECT_THAT(cipher->HostCryptogram(),
                IsOkAndHolds(Hex(expected["host_cryptogram"])));
    ++compared;
  }
  EXPECT_EQ(compared, 5);
}

// "Sequential Pattern Keys" of real_session_material.json; ciphertext and MACs
// under its published session keys by OpenSSL.
const KnownStaticKeys kKeys = {
    FromHexOrDie("000102030405060708090A0B0C0D0E0F"),
    FromHexOrDie("101112131415161718191A1B1C1D1E1F")};
const Bytes kHost = FromHexOrDie("0001020304050607");
const Bytes kCard = FromHexOrDie("08090A0B0C0D0E0F");

TEST_P(Scp03HsmCipherTest, EncryptsUnderThePublishedSessionKey) {
  ASSERT_OK_AND_ASSIGN(const auto cipher, Open(kKeys, kHost, kCard));
  ASSERT_OK_AND_ASSIGN(
      const auto done,
      cipher->EncryptCommands({{1, Bytes{0x4F, 0x00}}, {258, Bytes(16)}}));
  ASSERT_EQ(done.size(), 2u);
  EXPECT_EQ(ToHex(done[0]), "75E743F7F3949A64C3658389E6E38855");
  EXPECT_EQ(ToHex(done[1]),
            "BC2A6CEB46072C6EF57D9D1EC575451B188AB63AE9656E39F35F3BA13DF968C7");
}

TEST_P(Scp03HsmCipherTest, ChainsMacsUnderThePublishedSessionKey) {
  ASSERT_OK_AND_ASSIGN(const auto cipher, Open(kKeys, kHost, kCard));
  ASSERT_OK_AND_ASSIGN(
      const auto macs,
      cipher->MacChain(Bytes(16), {FromHexOrDie("8482330010C44DED56D351F5A4"),
                                   FromHexOrDie("84F280020A4F00")}));
  ASSERT_EQ(macs.size(), 2u);
  EXPECT_EQ(ToHex(macs[0]), "CA2EDBD080BD1A673EC66300603266EE");
  EXPECT_EQ(ToHex(macs[1]), "C6F3FB75F820A6DF26511C14D893B4C6");
}

TEST_P(Scp03HsmCipherTest, GivesOthersForEachBitOfAnything) {
  ASSERT_OK_AND_ASSIGN(const auto right, Open(kKeys, kHost, kCard));
  const Bytes cryptogram = right->CardCryptogram().value();
  for (size_t bit = 0; bit < 64; bit += 13) {
    Bytes host = kHost;
    host[bit / 8] = static_cast<uint8_t>(host[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_OK_AND_ASSIGN(const auto other, Open(kKeys, host, kCard));
    EXPECT_NE(other->CardCryptogram().value(), cryptogram) << bit;
  }
  KnownStaticKeys keys = kKeys;
  keys.mac[15] ^= 1;
  ASSERT_OK_AND_ASSIGN(const auto other, Open(keys, kHost, kCard));
  EXPECT_NE(other->CardCryptogram().value(), cryptogram);
}

TEST_P(Scp03HsmCipherTest, RefusesChainsOfAnotherLength) {
  ASSERT_OK_AND_ASSIGN(const auto cipher, Open(kKeys, kHost, kCard));
  EXPECT_THAT(cipher->MacChain(Bytes(8), {Bytes(5)}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

// What the module says of its own data is not the card's fault, in whose answer
// DATA_LOSS would be looked for.
TEST_P(Scp03HsmCipherTest, TheHsmsOwnDataLossIsAFaultOfTheHsm) {
  ASSERT_OK_AND_ASSIGN(
      const scp::SessionSeed seed,
      scp::SessionSeed::Create({scp::kScp03, 0x70}, kHost, kCard));
  const absl::Status fault =
      pkcs11::CkStatus(CKR_ENCRYPTED_DATA_INVALID, "C_Decrypt");
  ASSERT_THAT(fault, StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(OpenWithFault(*token_, seed, fault),
              StatusIs(absl::StatusCode::kUnavailable,
                       testing::HasSubstr("CKR_ENCRYPTED_DATA_INVALID")));
}

INSTANTIATE_TEST_SUITE_P(
    Ways, Scp03HsmCipherTest,
    testing::Values(Way{TestModule::kSoftHsm, {KdfRecipe::kAesData, true}},
                    Way{TestModule::kSoftHsm, {KdfRecipe::kAesData, false}},
                    Way{TestModule::kNss, {KdfRecipe::kAesData, true}},
                    Way{TestModule::kNss, {KdfRecipe::kNative, true}},
                    Way{TestModule::kNss, {KdfRecipe::kNative, false}}),
    testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::keyvault
