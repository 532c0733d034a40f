#include "lib/pkcs11/signing_key.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::pkcs11 {
namespace {

struct Kind {
  SigningAlgorithm algorithm;
  size_t signature;
  size_t digest;
};
constexpr Kind kKinds[] = {{SigningAlgorithm::kRsa2048Pss, 256, 32},
                           {SigningAlgorithm::kEcdsaP256, 64, 32},
                           {SigningAlgorithm::kEcdsaP384, 96, 48}};

// That signatures are right is shown where there is somebody to verify them.
class SigningKeyTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, TestToken::Create(GetParam()));
    ASSERT_OK_AND_ASSIGN(token_,
                         Token::Open(test_token_->Options(Access::kReadWrite)));
    rules_ = TemplateRulesFor(token_->module().manufacturer());
  }

  Session& session() { return token_->keep_alive(); }
  static KeyPairName NameOf(SigningAlgorithm algorithm) {
    const uint8_t number = static_cast<uint8_t>(algorithm);
    return {"signing/" + std::to_string(number), {0x40, number}};
  }
  absl::Status Generate(SigningAlgorithm algorithm) {
    return GenerateSigningKey(session(), rules_, algorithm, NameOf(algorithm));
  }

  std::unique_ptr<TestToken> test_token_;
  std::unique_ptr<Token> token_;
  TemplateRules rules_;
};

TEST_P(SigningKeyTest, IsFoundAgainAndAsItWasMade) {
  for (const Kind& kind : kKinds) {
    const KeyPairName name = NameOf(kind.algorithm);
    ASSERT_OK(Generate(kind.algorithm)) << name.label;
    ASSERT_OK_AND_ASSIGN(const ObjectHandle key,
                         FindPrivateKey(session(), name));
    EXPECT_OK(CheckSigningKey(session(), rules_, kind.algorithm, key, name));
    const Bytes message(20, 0x11);
    const Bytes digest(kind.digest, 0x22);
    ASSERT_OK_AND_ASSIGN(
        const Bytes signature,
        SignContent(session(), kind.algorithm, key, {message, digest}));
    EXPECT_EQ(signature.size(), kind.signature);
  }
}

TEST_P(SigningKeyTest, HasAPublicHalf) {
  for (const Kind& kind : kKinds) {
    ASSERT_OK(Generate(kind.algorithm));
    ASSERT_OK_AND_ASSIGN(
        const PublicKey key,
        ReadPublicKey(session(), kind.algorithm, NameOf(kind.algorithm)));
    if (kind.algorithm == SigningAlgorithm::kRsa2048Pss) {
      EXPECT_EQ(key.modulus.size(), 256u);
      EXPECT_EQ(ToHex(key.exponent), "010001");
    } else {
      EXPECT_EQ(key.point.size(), kind.signature + 1);
      EXPECT_EQ(key.point[0], 0x04);
    }
  }
}

TEST_P(SigningKeyTest, IsMadeOnce) {
  ASSERT_OK(Generate(SigningAlgorithm::kEcdsaP256));
  EXPECT_THAT(Generate(SigningAlgorithm::kEcdsaP256),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_P(SigningKeyTest, IsNotFoundUnderAnotherName) {
  ASSERT_OK(Generate(SigningAlgorithm::kEcdsaP256));
  KeyPairName other = NameOf(SigningAlgorithm::kEcdsaP256);
  other.id.push_back(0);
  EXPECT_THAT(FindPrivateKey(session(), other),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(SigningKeyTest, OfAnotherKindIsRefused) {
  const KeyPairName name = NameOf(SigningAlgorithm::kEcdsaP256);
  ASSERT_OK(Generate(SigningAlgorithm::kEcdsaP256));
  ASSERT_OK_AND_ASSIGN(const ObjectHandle key, FindPrivateKey(session(), name));
  EXPECT_THAT(CheckSigningKey(session(), rules_, SigningAlgorithm::kRsa2048Pss,
                              key, name),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       testing::HasSubstr("another type")));
  EXPECT_THAT(ReadPublicKey(session(), SigningAlgorithm::kEcdsaP384, name),
              StatusIs(absl::StatusCode::kUnavailable));
}

INSTANTIATE_TEST_SUITE_P(Modules, SigningKeyTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::pkcs11
