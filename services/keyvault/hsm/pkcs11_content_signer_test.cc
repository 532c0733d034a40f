#include "services/keyvault/hsm/pkcs11_content_signer.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"

namespace cardferry::keyvault {
namespace {

using hsm::ContentSignature;
using pkcs11::SigningAlgorithm;

const std::vector<hsm::SigningKey>& Keys() {
  static const auto* const keys =
      new std::vector<hsm::SigningKey>{{"rsa",
                                        SigningAlgorithm::kRsa2048Pss,
                                        ContentSignature::kDap,
                                        {"dap/rsa", {0x40, 1}},
                                        {"tests"}},
                                       {"p256",
                                        SigningAlgorithm::kEcdsaP256,
                                        ContentSignature::kToken,
                                        {"token/p256", {0x40, 2}},
                                        {"tests"}},
                                       {"p384",
                                        SigningAlgorithm::kEcdsaP384,
                                        ContentSignature::kDap,
                                        {"dap/p384", {0x40, 3}},
                                        {"tests"}}};
  return *keys;
}

crypto::VerificationKey PublicHalf(const ContentKey& key) {
  switch (key.algorithm) {
    case SigningAlgorithm::kRsa2048Pss:
      return *crypto::VerificationKey::Rsa(key.public_key.modulus,
                                           key.public_key.exponent);
    case SigningAlgorithm::kEcdsaP256:
      return *crypto::VerificationKey::Ec(crypto::Curve::kP256,
                                          key.public_key.point);
    default:
      return *crypto::VerificationKey::Ec(crypto::Curve::kP384,
                                          key.public_key.point);
  }
}

class Pkcs11ContentSignerTest
    : public testing::TestWithParam<pkcs11::TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, pkcs11::TestToken::Create(GetParam()));
    ASSERT_OK_AND_ASSIGN(
        token_,
        pkcs11::Token::Open(test_token_->Options(pkcs11::Access::kReadWrite)));
    for (const hsm::SigningKey& key : Keys()) {
      ASSERT_OK(pkcs11::GenerateSigningKey(
          token_->keep_alive(),
          pkcs11::TemplateRulesFor(token_->module().manufacturer()),
          key.algorithm, key.in_token));
    }
  }

  std::unique_ptr<pkcs11::TestToken> test_token_;
  std::unique_ptr<pkcs11::Token> token_;
};

TEST_P(Pkcs11ContentSignerTest, SignsWhatThePublicHalvesVerify) {
  ASSERT_OK_AND_ASSIGN(const auto signer,
                       Pkcs11ContentSigner::Open(*token_, Keys()));
  const std::vector<ContentKey> keys = signer->ContentKeys();
  ASSERT_EQ(keys.size(), 3u);
  for (const ContentKey& key : keys) {
    Bytes message(32, 0x5C);
    ASSERT_OK_AND_ASSIGN(const Bytes signature,
                         signer->Sign(key.name, key.signs, message));
    EXPECT_THAT(PublicHalf(key).Verifies(message, signature),
                IsOkAndHolds(true))
        << key.name;
    message[0] ^= 1;
    EXPECT_THAT(PublicHalf(key).Verifies(message, signature),
                IsOkAndHolds(false))
        << key.name;
  }
}

TEST_P(Pkcs11ContentSignerTest, AKeySignsOneKindOfThing) {
  ASSERT_OK_AND_ASSIGN(const auto signer,
                       Pkcs11ContentSigner::Open(*token_, Keys()));
  EXPECT_THAT(signer->Sign("rsa", ContentSignature::kToken, Bytes(32)),
              StatusIs(absl::StatusCode::kNotFound,
                       "the key rsa signs something else: DAPs"));
  EXPECT_THAT(signer->Sign("p256", ContentSignature::kDap, Bytes(32)),
              StatusIs(absl::StatusCode::kNotFound,
                       "the key p256 signs something else: tokens"));
  EXPECT_THAT(signer->Sign("p521", ContentSignature::kDap, Bytes(32)),
              StatusIs(absl::StatusCode::kNotFound,
                       "the key profile has no signing key p521"));
}

TEST_P(Pkcs11ContentSignerTest, DoesNotOpenWithoutItsKeys) {
  std::vector<hsm::SigningKey> keys = Keys();
  keys[1].in_token.label = "token/another";
  EXPECT_THAT(Pkcs11ContentSigner::Open(*token_, keys),
              StatusIs(absl::StatusCode::kNotFound,
                       testing::HasSubstr("signing key p256")));
}

INSTANTIATE_TEST_SUITE_P(Modules, Pkcs11ContentSignerTest,
                         testing::Values(pkcs11::TestModule::kSoftHsm,
                                         pkcs11::TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::keyvault
