#include "lib/pkcs11/scp02_known_answers.h"

#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::pkcs11 {
namespace {

class Scp02RecipesTest : public testing::TestWithParam<TestModule> {};

TEST_P(Scp02RecipesTest, AreAllDone) {
  ASSERT_OK_AND_ASSIGN(const auto test_token, TestToken::Create(GetParam()));
  ASSERT_OK_AND_ASSIGN(const auto token,
                       Token::Open(test_token->Options(Access::kReadOnly)));
  const TemplateBuilder builder{
      TemplateRulesFor(token->module().manufacturer())};
  ASSERT_OK_AND_ASSIGN(
      const Capabilities done,
      Probe([&] { return token->OpenSession(Access::kReadOnly); },
            Scp02Recipes(builder)));
  EXPECT_TRUE(done.Has(kRecipeDes2Derivation));
  EXPECT_TRUE(done.Has(kRecipeDes3Derivation));
  EXPECT_TRUE(done.Has(kRecipeRetailMac));
  EXPECT_TRUE(done.Has(kRecipeDes3CbcDecrypt));
}

INSTANTIATE_TEST_SUITE_P(Modules, Scp02RecipesTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::pkcs11
