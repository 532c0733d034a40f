// The cipher against published sessions. What every SessionCipher must do is in
// pkcs11_contract_test.cc.

#include "services/keyvault/hsm/scp02_hsm_cipher.h"

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/card/scp/secure_channel.h"
#include "lib/pkcs11/ck_status.h"
#include "lib/pkcs11/cryptoki.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"
#include "services/keyvault/hsm/testing/known_key_cipher.h"

namespace cardferry::keyvault {
namespace {

using card::CommandApdu;
using Json = nlohmann::json;
using pkcs11::TestModule;

Bytes Hex(const Json& value) { return FromHexOrDie(value.get<std::string>()); }

Json Vectors(const std::string& name) {
  std::ifstream stream("tests/vectors/" + name);
  return Json::parse(stream);
}

Bytes KeyOf(const Json& record, const char* which) {
  const Json& keys = record["keys"];
  return Hex(keys.is_string() ? keys : keys[which]);
}

class Scp02HsmCipherTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, pkcs11::TestToken::Create(GetParam()));
    ASSERT_OK_AND_ASSIGN(
        token_,
        pkcs11::Token::Open(test_token_->Options(pkcs11::Access::kReadOnly)));
  }

  absl::StatusOr<std::unique_ptr<scp::SessionCipher>> Open(
      const KnownStaticKeys& keys, ByteSpan host, ByteSpan card,
      uint8_t i = 0x55) {
    ASSIGN_OR_RETURN(const scp::SessionSeed seed,
                     scp::SessionSeed::Create({scp::kScp02, i}, host, card));
    return OpenKnownKeyCipher(*token_, keys, seed);
  }

  // The session of a trace.
  absl::StatusOr<std::unique_ptr<scp::SessionCipher>> OpenTrace(
      const Json& trace) {
    const auto i =
        std::strtoul(trace["i"].get<std::string>().c_str(), nullptr, 16);
    return Open({KeyOf(trace, "enc"), KeyOf(trace, "mac")},
                Hex(trace["host_challenge"]),
                Concat({Hex(trace["sequence"]), Hex(trace["card_challenge"])}),
                static_cast<uint8_t>(i));
  }

  std::unique_ptr<pkcs11::TestToken> test_token_;
  std::unique_ptr<pkcs11::Token> token_;
};

TEST_P(Scp02HsmCipherTest, GivesThePublishedCryptograms) {
  int compared = 0;
  for (const Json& record : Vectors("real_session_material.json")) {
    if (record["protocol"] != "SCP02" || !record.contains("sequence") ||
        !record.contains("card_challenge")) {
      continue;
    }
    SCOPED_TRACE(record["name"].get<std::string>());
    ASSERT_OK_AND_ASSIGN(
        const auto cipher,
        Open({KeyOf(record, "enc"), KeyOf(record, "mac")},
             Hex(record["host_challenge"]),
             Concat({Hex(record["sequence"]), Hex(record["card_challenge"])})));
    const Json& expected = record["expected"];
    EXPECT_THAT(cipher->CardCryptogram(),
                IsOkAndHolds(Hex(expected["card_cryptogram"])));
    EXPECT_THAT(cipher->HostCryptogram(),
                IsOkAndHolds(Hex(expected["host_cryptogram"])));
    ++compared;
  }
  EXPECT_EQ(compared, 7);
}

// Every command of a whole session as it was sent.
void ExpectTrace(scp::SessionCipher& cipher, const Json& trace,
                 scp::SecurityLevel level) {
  EXPECT_THAT(cipher.CardCryptogram(),
              IsOkAndHolds(Hex(trace["card_cryptogram"])));
  ASSERT_OK_AND_ASSIGN(scp::Authentication authentication,
                       scp::AuthenticateHost(cipher, level));
  const Json& commands = trace["commands"];
  const std::string sent = commands[1]["wrapped"].get<std::string>();
  // Some tools append an Le, which is not part of the command.
  EXPECT_EQ(ToHex(authentication.external_authenticate.Encode()),
            sent.substr(0, 42));
  std::vector<CommandApdu> plain;
  for (size_t i = 2; i < commands.size(); ++i) {
    plain.push_back(CommandApdu::Parse(Hex(commands[i]["plain"])).value());
  }
  ASSERT_OK_AND_ASSIGN(
      const std::vector<CommandApdu> done,
      scp::ProtectCommands(cipher, authentication.state, plain));
  for (size_t i = 0; i < done.size(); ++i) {
    EXPECT_EQ(ToHex(done[i].Encode()),
              commands[i + 2]["wrapped"].get<std::string>())
        << i;
  }
}

TEST_P(Scp02HsmCipherTest, ProtectsRealCardsSessionsByteForByte) {
  int compared = 0;
  for (const Json& trace : Vectors("real_scp02.json")) {
    const std::string level = trace["security_level"].get<std::string>();
    if (level != "01" && level != "03") continue;
    SCOPED_TRACE(trace["name"].get<std::string>());
    ASSERT_OK_AND_ASSIGN(const auto cipher, OpenTrace(trace));
    ExpectTrace(*cipher, trace,
                level == "01" ? scp::SecurityLevel::kCMac
                              : scp::SecurityLevel::kCDecCMac);
    ++compared;
  }
  EXPECT_EQ(compared, 21);
}

const KnownStaticKeys kKeys = {
    FromHexOrDie("6162636465666768696A6B6C6D6E6F70"),
    FromHexOrDie("7172737475767778797A7B7C7D7E7F80")};
const Bytes kHost = FromHexOrDie("123456789ABCDEF0");
const Bytes kCard = FromHexOrDie("00FFFEDCBA987654");

// A session key's parity bits are as DES ignores them, so bit 7 of each byte
// of a key does not count.
TEST_P(Scp02HsmCipherTest, GivesOthersForEachBitOfAnything) {
  ASSERT_OK_AND_ASSIGN(const auto right, Open(kKeys, kHost, kCard));
  const Bytes cryptogram = right->CardCryptogram().value();
  const Bytes mac = right->MacChain({}, {Bytes(20)}).value()[0];
  for (size_t bit = 0; bit < 64; bit += 9) {
    Bytes host = kHost;
    host[bit / 8] = static_cast<uint8_t>(host[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_OK_AND_ASSIGN(const auto other_host, Open(kKeys, host, kCard));
    EXPECT_NE(other_host->CardCryptogram().value(), cryptogram) << bit;
    Bytes card = kCard;
    card[bit / 8] = static_cast<uint8_t>(card[bit / 8] ^ (1 << (bit % 8)));
    ASSERT_OK_AND_ASSIGN(const auto other_card, Open(kKeys, kHost, card));
    EXPECT_NE(other_card->CardCryptogram().value(), cryptogram) << bit;
  }
  KnownStaticKeys keys = kKeys;
  keys.enc[15] ^= 2;
  keys.mac[15] ^= 2;
  ASSERT_OK_AND_ASSIGN(const auto other, Open(keys, kHost, kCard));
  EXPECT_NE(other->CardCryptogram().value(), cryptogram);
  EXPECT_NE(other->MacChain({}, {Bytes(20)}).value()[0], mac);
}

TEST_P(Scp02HsmCipherTest, EncryptsTheIcvOnlyWhereItsOptionsSaySo) {
  ASSERT_OK_AND_ASSIGN(const auto with, Open(kKeys, kHost, kCard, 0x15));
  ASSERT_OK_AND_ASSIGN(const auto without, Open(kKeys, kHost, kCard, 0x05));
  const std::vector<Bytes> messages(2, Bytes(20, 0x11));
  ASSERT_OK_AND_ASSIGN(const auto one, with->MacChain({}, messages));
  ASSERT_OK_AND_ASSIGN(const auto other, without->MacChain({}, messages));
  EXPECT_EQ(one[0], other[0]);  // there is nothing to encrypt yet
  EXPECT_NE(one[1], other[1]);
}

TEST_P(Scp02HsmCipherTest, RefusesChainsOfAnotherLength) {
  ASSERT_OK_AND_ASSIGN(const auto cipher, Open(kKeys, kHost, kCard));
  for (const size_t length : {1u, 7u, 16u}) {
    EXPECT_THAT(cipher->MacChain(Bytes(length), {Bytes(5)}),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         "a chaining value has 8 bytes, or none"));
  }
}

TEST_P(Scp02HsmCipherTest, TheHsmsOwnDataLossIsAFaultOfTheHsm) {
  for (const uint8_t protocol : Bytes{scp::kScp01, scp::kScp02}) {
    ASSERT_OK_AND_ASSIGN(
        const scp::SessionSeed seed,
        scp::SessionSeed::Create({protocol, 0x15}, kHost, kCard));
    EXPECT_THAT(OpenWithFault(*token_, seed,
                              pkcs11::CkStatus(CKR_ENCRYPTED_DATA_LEN_RANGE,
                                               "C_Decrypt")),
                StatusIs(absl::StatusCode::kUnavailable,
                         testing::HasSubstr("CKR_ENCRYPTED_DATA_LEN_RANGE")));
  }
}

INSTANTIATE_TEST_SUITE_P(Modules, Scp02HsmCipherTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::keyvault
