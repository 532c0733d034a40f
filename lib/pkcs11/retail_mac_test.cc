#include "lib/pkcs11/retail_mac.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::pkcs11 {
namespace {

using Json = nlohmann::json;

class RetailMacTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, TestToken::Create(GetParam()));
    ASSERT_OK_AND_ASSIGN(token_,
                         Token::Open(test_token_->Options(Access::kReadOnly)));
  }

  Object Import(ByteSpan value) {
    const TemplateBuilder builder(
        TemplateRulesFor(token_->module().manufacturer()));
    return session()
        .ImportKey(
            SecretBytes::CopyOf(value),
            builder.ImportedSessionKey({CKK_DES2,
                                        16,
                                        static_cast<unsigned>(Usage::kEncrypt),
                                        {CKM_DES3_CBC}}))
        .value();
  }

  absl::StatusOr<Bytes> Mac(absl::string_view key, ByteSpan chaining_value,
                            Icv icv, ByteSpan message, size_t limit = 1024) {
    const Bytes value = FromHexOrDie(key);
    const ByteSpan left = ByteSpan(value).subspan(0, kDesBlock);
    const Object whole = Import(value);
    const Object halves = Import(Concat({left, left}));
    return RetailMac(session(), {whole.handle(), halves.handle()},
                     chaining_value, icv, message, limit);
  }

  Session& session() { return token_->keep_alive(); }

  std::unique_ptr<TestToken> test_token_;
  std::unique_ptr<Token> token_;
};

TEST_P(RetailMacTest, GivesThePublishedChains) {
  std::ifstream stream("tests/vectors/real_session_material.json");
  int compared = 0;
  for (const Json& record : Json::parse(stream)) {
    if (record["kind"] != "cmac_chain") continue;
    SCOPED_TRACE(record["name"].get<std::string>());
    Bytes chaining_value(kDesBlock);
    Icv icv = Icv::kPlain;  // nothing goes before the first command
    for (const Json& command : record["commands"]) {
      // The MAC is the last thing before Le, and is not a part of its input.
      const Bytes wrapped = FromHexOrDie(command["wrapped"].get<std::string>());
      const size_t end = 5u + wrapped[4];
      const ByteSpan all(wrapped);
      ASSERT_OK_AND_ASSIGN(
          chaining_value,
          Mac(record["session_mac"].get<std::string>(), chaining_value, icv,
              all.subspan(0, end - kDesBlock)));
      EXPECT_EQ(ToHex(chaining_value),
                ToHex(all.subspan(end - kDesBlock, kDesBlock)));
      icv = Icv::kEncrypted;
      ++compared;
    }
  }
  EXPECT_EQ(compared, 3);
}

constexpr char kKey[] = "2983BA77D709C2DAA1E6000ABCCAC951";

TEST_P(RetailMacTest, IsTheSameInCallsOfAnyLength) {
  const Bytes message(100, 0x5A);
  ASSERT_OK_AND_ASSIGN(const Bytes whole,
                       Mac(kKey, Bytes(8, 7), Icv::kEncrypted, message));
  EXPECT_THAT(Mac(kKey, Bytes(8, 7), Icv::kEncrypted, message, 16),
              IsOkAndHolds(whole));
}

TEST_P(RetailMacTest, OfOneBlockIsOneEncryptionUnderTheWholeKey) {
  // OpenSSL: des-ede3-cbc of the padded block, the chaining value as IV.
  EXPECT_THAT(Mac(kKey, FromHexOrDie("0102030405060708"), Icv::kPlain,
                  FromHexOrDie("A0A1A2")),
              IsOkAndHolds(FromHexOrDie("7DE82DFC8F9D0EC6")));
}

TEST_P(RetailMacTest, ChangesWithEachBitOfItsInput) {
  const Bytes chain(8, 7);
  const Bytes message(20, 0x11);
  ASSERT_OK_AND_ASSIGN(const Bytes right,
                       Mac(kKey, chain, Icv::kEncrypted, message));
  for (size_t bit = 0; bit < 8 * message.size(); bit += 7) {
    Bytes other = message;
    other[bit / 8] = static_cast<uint8_t>(other[bit / 8] ^ 1 << bit % 8);
    EXPECT_NE(Mac(kKey, chain, Icv::kEncrypted, other).value(), right) << bit;
  }
  for (size_t bit = 0; bit < 64; bit += 7) {
    Bytes other = chain;
    other[bit / 8] = static_cast<uint8_t>(other[bit / 8] ^ 1 << bit % 8);
    EXPECT_NE(Mac(kKey, other, Icv::kEncrypted, message).value(), right);
  }
  EXPECT_NE(Mac(kKey, chain, Icv::kPlain, message).value(), right);
}

TEST_P(RetailMacTest, RefusesAChainingValueOfAnotherLength) {
  for (const size_t length : {0u, 7u, 9u, 16u}) {
    EXPECT_THAT(Mac(kKey, Bytes(length), Icv::kPlain, Bytes(5)),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         "a chaining value has 8 bytes"));
  }
}

INSTANTIATE_TEST_SUITE_P(Modules, RetailMacTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::pkcs11
