#include "lib/pkcs11/module.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"

namespace cardferry::pkcs11 {
namespace {

using testing::HasSubstr;

class ModuleTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(token_, TestToken::Create(GetParam()));
    options_ = token_->Options(Access::kReadOnly);
  }
  std::unique_ptr<TestToken> token_;
  TokenOptions options_;
};

TEST_P(ModuleTest, IsInitializedOnceAndCanComeBack) {
  {
    ASSERT_OK_AND_ASSIGN(const auto module, Module::Load(options_.module));
    EXPECT_THAT(Module::Load(options_.module),
                StatusIs(absl::StatusCode::kFailedPrecondition));
  }
  EXPECT_OK(Module::Load(options_.module));
}

TEST_P(ModuleTest, CountsEveryCall) {
  ASSERT_OK_AND_ASSIGN(const auto module, Module::Load(options_.module));
  // C_GetFunctionList, C_Initialize, C_GetInfo.
  EXPECT_EQ(module->call_count(), 3u);
  CK_INFO info = {};
  EXPECT_OK(module->Call(&CK_FUNCTION_LIST::C_GetInfo, "C_GetInfo", &info));
  EXPECT_EQ(module->call_count(), 4u);
}

TEST_P(ModuleTest, FindsATokenByItsLabel) {
  ASSERT_OK_AND_ASSIGN(const auto module, Module::Load(options_.module));
  EXPECT_OK(module->FindToken(options_.label));
  const auto missing = module->FindToken("of another issuer");
  EXPECT_THAT(missing, StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(std::string(missing.status().message()),
              HasSubstr(options_.label));
}

INSTANTIATE_TEST_SUITE_P(Modules, ModuleTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

TEST(Module, RefusesWhatIsNotAModule) {
  EXPECT_THAT(Module::Load({"/nowhere/libhsm.so", ""}),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Module::Load({"libc.so.6", ""}),
              StatusIs(absl::StatusCode::kNotFound,
                       "libc.so.6 is not a PKCS#11 module"));
}

}  // namespace
}  // namespace cardferry::pkcs11
