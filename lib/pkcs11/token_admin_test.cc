#include "lib/pkcs11/token_admin.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"

namespace cardferry::pkcs11 {
namespace {

TEST(InitializeToken, MakesATokenThatItsPinOpens) {
  ASSERT_OK_AND_ASSIGN(const auto existing,
                       TestToken::Create(TestModule::kSoftHsm));
  TokenOptions options = existing->Options(Access::kReadOnly);
  options.label = "a second token";
  options.pin = SecretBytes::CopyOf(AsBytes("another PIN"));
  {
    ASSERT_OK_AND_ASSIGN(const auto module, Module::Load(options.module));
    EXPECT_OK(InitializeToken(*module, options.label,
                              SecretBytes::CopyOf(AsBytes("officer")),
                              options.pin));
  }
  EXPECT_OK(Token::Open(options));
}

TEST(InitializeToken, RefusesALabelThatDoesNotFit) {
  ASSERT_OK_AND_ASSIGN(const auto existing,
                       TestToken::Create(TestModule::kSoftHsm));
  const TokenOptions options = existing->Options(Access::kReadOnly);
  ASSERT_OK_AND_ASSIGN(const auto module, Module::Load(options.module));
  for (const std::string& label : {std::string(), std::string(33, 'x')}) {
    EXPECT_THAT(InitializeToken(*module, label, options.pin, options.pin),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace cardferry::pkcs11
