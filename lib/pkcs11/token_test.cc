#include "lib/pkcs11/token.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"

namespace cardferry::pkcs11 {
namespace {

class TokenTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, TestToken::Create(GetParam()));
  }
  std::unique_ptr<TestToken> test_token_;
};

const KeySpec kSpec = {
    CKK_AES, 16, static_cast<unsigned>(Usage::kEncrypt), {CKM_AES_ECB}};

TEST_P(TokenTest, LogsInOnceForAllSessions) {
  ASSERT_OK_AND_ASSIGN(const auto token,
                       Token::Open(test_token_->Options(Access::kReadOnly)));
  ASSERT_OK_AND_ASSIGN(Session session, token->OpenSession(Access::kReadOnly));
  // A private object can be made only when logged in.
  const TemplateBuilder builder{
      TemplateRulesFor(token->module().manufacturer())};
  EXPECT_OK(session.GenerateKey(CKM_AES_KEY_GEN, builder.SessionKey(kSpec)));
}

TEST_P(TokenTest, StaysLoggedInWhenOtherSessionsClose) {
  ASSERT_OK_AND_ASSIGN(const auto token,
                       Token::Open(test_token_->Options(Access::kReadOnly)));
  { EXPECT_OK(token->OpenSession(Access::kReadOnly)); }
  ASSERT_OK_AND_ASSIGN(Session session, token->OpenSession(Access::kReadOnly));
  const TemplateBuilder builder{
      TemplateRulesFor(token->module().manufacturer())};
  EXPECT_OK(session.GenerateKey(CKM_AES_KEY_GEN, builder.SessionKey(kSpec)));
}

TEST_P(TokenTest, RefusesAWrongPin) {
  TokenOptions options = test_token_->Options(Access::kReadOnly);
  options.pin = SecretBytes::CopyOf(AsBytes("wrong"));
  EXPECT_THAT(Token::Open(options),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_P(TokenTest, RefusesATokenThatIsNotThere) {
  TokenOptions options = test_token_->Options(Access::kReadOnly);
  options.label = "of another issuer";
  EXPECT_THAT(Token::Open(options), StatusIs(absl::StatusCode::kNotFound));
}

INSTANTIATE_TEST_SUITE_P(Modules, TokenTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::pkcs11
