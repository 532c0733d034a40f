#include "lib/pkcs11/capabilities.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::pkcs11 {
namespace {

class ProbeTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, TestToken::Create(TestModule::kSoftHsm));
    ASSERT_OK_AND_ASSIGN(token_,
                         Token::Open(test_token_->Options(Access::kReadOnly)));
  }
  absl::StatusOr<Capabilities> Run(const std::vector<Recipe>& recipes) {
    return Probe([this] { return token_->OpenSession(Access::kReadOnly); },
                 recipes);
  }
  static Recipe Does(const char* name, const char* purpose) {
    return {name, purpose, [](Session&) { return absl::OkStatus(); }};
  }
  static Recipe Refuses(const char* name, const char* purpose) {
    return {name, purpose,
            [](Session&) { return absl::UnimplementedError("not here"); }};
  }
  static Recipe Lies(const char* name, const char* purpose) {
    return {name, purpose,
            [](Session&) { return absl::DataLossError("wrong answer"); }};
  }

  std::unique_ptr<TestToken> test_token_;
  std::unique_ptr<Token> token_;
};

TEST_F(ProbeTest, TakesARefusalForAMissingCapability) {
  ASSERT_OK_AND_ASSIGN(const Capabilities found,
                       Run({Refuses("fast", "mac"), Does("slow", "mac")}));
  EXPECT_FALSE(found.Has("fast"));
  EXPECT_TRUE(found.Has("slow"));
}

TEST_F(ProbeTest, StopsWhenNothingServesAPurpose) {
  EXPECT_THAT(
      Run({Does("mac", "mac"), Refuses("a", "seal"), Refuses("b", "seal")}),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               "the module cannot do seal; refused: a (not here) b "
               "(not here)"));
}

TEST_F(ProbeTest, StopsAtAWrongAnswerEvenIfAnotherRecipeWorks) {
  EXPECT_THAT(Run({Does("slow", "mac"), Lies("fast", "mac")}),
              StatusIs(absl::StatusCode::kDataLoss,
                       "known-answer test of fast: wrong answer"));
}

TEST_F(ProbeTest, GivesEachRecipeASessionOfItsOwn) {
  const Recipe breaks = {"breaks", "mac", [](Session& session) {
                           return session
                               .Sign(Mechanism::Plain(CKM_AES_CMAC),
                                     ObjectHandle{12345}, Bytes(16))
                               .status();
                         }};
  const Recipe needs = {"needs", "mac", [](Session& session) {
                          return session.broken()
                                     ? absl::InternalError("broken")
                                     : absl::OkStatus();
                        }};
  ASSERT_OK_AND_ASSIGN(const Capabilities found, Run({breaks, needs}));
  EXPECT_FALSE(found.Has("breaks"));
  EXPECT_TRUE(found.Has("needs"));
}

}  // namespace
}  // namespace cardferry::pkcs11
