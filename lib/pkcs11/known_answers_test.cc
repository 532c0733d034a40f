#include "lib/pkcs11/known_answers.h"

#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::pkcs11 {
namespace {

absl::StatusOr<Capabilities> ProbeModule(TestModule module) {
  ASSIGN_OR_RETURN(const auto test_token, TestToken::Create(module));
  ASSIGN_OR_RETURN(const auto token,
                   Token::Open(test_token->Options(Access::kReadOnly)));
  const TemplateBuilder builder{
      TemplateRulesFor(token->module().manufacturer())};
  return Probe([&] { return token->OpenSession(Access::kReadOnly); },
               Scp03Recipes(builder));
}

TEST(Scp03Recipes, SaysWhatSoftHsmDoes) {
  ASSERT_OK_AND_ASSIGN(const Capabilities softhsm,
                       ProbeModule(TestModule::kSoftHsm));
  EXPECT_FALSE(softhsm.Has(kRecipeKdfNative));
  EXPECT_TRUE(softhsm.Has(kRecipeKdfAesData));
  EXPECT_TRUE(softhsm.Has(kRecipeMacByCbc));
  EXPECT_TRUE(softhsm.Has(kRecipeMacBySign));
  EXPECT_TRUE(softhsm.Has(kRecipeAesCbc));
  EXPECT_TRUE(softhsm.Has(kRecipeAesCbcDecrypt));
  EXPECT_TRUE(softhsm.Has(kRecipeAesGcm));
  EXPECT_TRUE(softhsm.Has(kRecipeHmacSha256));
}

TEST(Scp03Recipes, SaysWhatNssDoes) {
  ASSERT_OK_AND_ASSIGN(const Capabilities nss, ProbeModule(TestModule::kNss));
  EXPECT_TRUE(nss.Has(kRecipeKdfNative));
  EXPECT_TRUE(nss.Has(kRecipeKdfAesData));
  EXPECT_TRUE(nss.Has(kRecipeMacByCbc));
  EXPECT_TRUE(nss.Has(kRecipeMacBySign));
  EXPECT_TRUE(nss.Has(kRecipeAesCbc));
  EXPECT_TRUE(nss.Has(kRecipeAesCbcDecrypt));
  EXPECT_TRUE(nss.Has(kRecipeAesGcm));
  EXPECT_TRUE(nss.Has(kRecipeHmacSha256));
}

}  // namespace
}  // namespace cardferry::pkcs11
