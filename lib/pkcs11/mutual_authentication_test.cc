#include "lib/pkcs11/mutual_authentication.h"

#include <memory>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::pkcs11 {
namespace {

constexpr size_t kLimit = 1024;

SecretBytes Secret(absl::string_view hex) {
  return SecretBytes::CopyOf(FromHexOrDie(hex));
}

// The worked example of ICAO Doc 9303-11, appendix D.2 to D.4.
constexpr char kToken[] =
    "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2"
    "5F1448EEA8AD90A7";
constexpr char kAnswer[] =
    "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F"
    "2F2D235D074D7449";

AuthenticationSeed Seed() {
  return {FromHexOrDie("781723860C06C226"), FromHexOrDie("4608F91988702212"),
          Secret("0B795240CB7049B01C19B33E32804F0B")};
}

// Without the parity bits, which modules may set.
std::string WithoutParity(const SecretBytes& key) {
  std::string hex;
  for (const uint8_t byte : key.Read(GrantSecretAccess())) {
    hex += ToHex({static_cast<uint8_t>(byte & 0xFE)});
  }
  return hex;
}

class MutualAuthenticationTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, TestToken::Create(GetParam()));
    ASSERT_OK_AND_ASSIGN(token_,
                         Token::Open(test_token_->Options(Access::kReadOnly)));
    enc_ = Import("AB94FDECF2674FDFB9B391F85D7F76F2");
    mac_ = Import("7962D9ECE03D1ACD4C76089DCE131543");
    left_ = Import("7962D9ECE03D1ACD7962D9ECE03D1ACD");
    keys_ = {true, 16, enc_.handle(), {mac_.handle(), left_.handle()}};
  }

  Object Import(absl::string_view key) {
    const TemplateBuilder builder(
        TemplateRulesFor(token_->module().manufacturer()));
    return *session().ImportKey(
        Secret(key),
        builder.ImportedSessionKey(
            {CKK_DES2, 16, Usage::kEncrypt | Usage::kDecrypt, {CKM_DES3_CBC}}));
  }

  // nullopt: refused as a wrong answer.
  absl::StatusOr<std::optional<SessionKeyValues>> Agree(ByteSpan answer) {
    return AgreeOnSessionKeys(session(), keys_, Seed(), answer, kLimit);
  }

  Session& session() { return token_->keep_alive(); }

  std::unique_ptr<TestToken> test_token_;
  std::unique_ptr<Token> token_;
  Object enc_;
  Object mac_;
  Object left_;
  CardKeyPair keys_;
};

TEST_P(MutualAuthenticationTest, MakesThePublishedToken) {
  EXPECT_THAT(AuthenticationToken(session(), keys_, Seed(), kLimit),
              IsOkAndHolds(FromHexOrDie(kToken)));
}

TEST_P(MutualAuthenticationTest, AgreesOnThePublishedSessionKeys) {
  ASSERT_OK_AND_ASSIGN(const auto values, Agree(FromHexOrDie(kAnswer)));
  ASSERT_TRUE(values.has_value());
  EXPECT_EQ(WithoutParity(values->enc), "969EC03A1CBEE8DCD01AB0FED206EAE4");
  EXPECT_EQ(WithoutParity(values->mac), "F0CA1E1EB4ACF208806A88DC569CC0F8");
  EXPECT_EQ(WithoutParity(values->mac_left),
            "F0CA1E1EB4ACF208F0CA1E1EB4ACF208");
}

// Of the first command of appendix D.4: its blocks come padded.
TEST_P(MutualAuthenticationTest, TheSessionKeysMakeThePublishedMac) {
  ASSERT_OK_AND_ASSIGN(const auto values, Agree(FromHexOrDie(kAnswer)));
  const auto import = [this](const SecretBytes& value) {
    return Import(ToHex(value.Read(GrantSecretAccess())));
  };
  const Object mac = import(values->mac);
  const Object left = import(values->mac_left);
  EXPECT_THAT(
      RetailMacOfBlocks(session(), {mac.handle(), left.handle()},
                        FromHexOrDie("887022120C06C2270CA4020C80000000"
                                     "8709016375432908C044F68000000000"),
                        kLimit),
      IsOkAndHolds(FromHexOrDie("BF8B92D635FF24F8")));
  EXPECT_THAT(RetailMacOfBlocks(session(), {mac.handle(), left.handle()},
                                Bytes(9), kLimit),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_P(MutualAuthenticationTest, RefusesEveryFlippedBitOfTheAnswer) {
  const Bytes answer = FromHexOrDie(kAnswer);
  for (size_t bit = 0; bit < 8 * answer.size(); bit += 3) {
    Bytes flipped = answer;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
    ASSERT_OK_AND_ASSIGN(const auto values, Agree(flipped));
    EXPECT_FALSE(values.has_value()) << bit;
  }
}

TEST_P(MutualAuthenticationTest, RefusesEveryTruncationOfTheAnswer) {
  const Bytes answer = FromHexOrDie(kAnswer);
  for (size_t size = 0; size < answer.size(); ++size) {
    ASSERT_OK_AND_ASSIGN(const auto values,
                         Agree(ByteSpan(answer).first(size)));
    EXPECT_FALSE(values.has_value()) << size;
  }
}

// The host's own token comes back: a terminal without keys can do that.
TEST_P(MutualAuthenticationTest, RefusesItsOwnToken) {
  ASSERT_OK_AND_ASSIGN(const auto values, Agree(FromHexOrDie(kToken)));
  EXPECT_FALSE(values.has_value());
}

// A terminal without keys that hands on the host's challenge as the card's.
TEST_P(MutualAuthenticationTest, RefusesTheHostsChallengeAsTheCards) {
  AuthenticationSeed seed = Seed();
  seed.card_challenge = seed.host_challenge;
  const auto refused = StatusIs(absl::StatusCode::kInvalidArgument,
                                testing::HasSubstr("its own token"));
  EXPECT_THAT(AuthenticationToken(session(), keys_, seed, kLimit), refused);
  EXPECT_THAT(
      AgreeOnSessionKeys(session(), keys_, seed, FromHexOrDie(kAnswer), kLimit),
      refused);
}

// The seed of the session keys would be zeros.
TEST_P(MutualAuthenticationTest, RefusesTheHostsKeyAsTheCards) {
  AuthenticationSeed turned = Seed();
  std::swap(turned.host_challenge, turned.card_challenge);
  ASSERT_OK_AND_ASSIGN(const Bytes answer,
                       AuthenticationToken(session(), keys_, turned, kLimit));
  ASSERT_OK_AND_ASSIGN(const auto values, Agree(answer));
  EXPECT_FALSE(values.has_value());
  turned.host_key = Secret("0B795240CB7049B01C19B33E32804F0A");
  ASSERT_OK_AND_ASSIGN(const Bytes other,
                       AuthenticationToken(session(), keys_, turned, kLimit));
  ASSERT_OK_AND_ASSIGN(const auto agreed, Agree(other));
  EXPECT_TRUE(agreed.has_value());
}

TEST_P(MutualAuthenticationTest, RefusesOtherLengths) {
  AuthenticationSeed seed = Seed();
  seed.host_challenge.pop_back();
  EXPECT_THAT(AuthenticationToken(session(), keys_, seed, kLimit),
              StatusIs(absl::StatusCode::kInvalidArgument));
  seed = Seed();
  seed.host_key = SecretBytes(15);
  EXPECT_THAT(AuthenticationToken(session(), keys_, seed, kLimit),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

INSTANTIATE_TEST_SUITE_P(Modules, MutualAuthenticationTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::pkcs11
