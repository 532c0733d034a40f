#include "hsm-config/token_keys.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hsm-config/ceremony.h"
#include "hsm-config/testing/test_profile.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::hsm {
namespace {

using pkcs11::ObjectHandle;
using pkcs11::TestModule;
using pkcs11::Usage;
using testing::HasSubstr;

class TokenKeysTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, pkcs11::TestToken::Create(GetParam()));
    ASSERT_OK_AND_ASSIGN(
        token_,
        pkcs11::Token::Open(test_token_->Options(pkcs11::Access::kReadWrite)));
    builder_ = std::make_unique<pkcs11::TemplateBuilder>(
        pkcs11::TemplateRulesFor(token_->module().manufacturer()));
    profile_ = TestProfile({TestKeySet()});
    ASSERT_OK_AND_ASSIGN(const pkcs11::KdfRecipe recipe,
                         ChooseKdf(*token_, *builder_, profile_));
    ASSERT_OK(GenerateKeys({session(), *builder_, recipe}, profile_));
  }

  pkcs11::Session& session() { return token_->keep_alive(); }
  absl::Status Check() {
    return CheckToken(session(), builder_->rules(), profile_);
  }
  KeyEntry& enc() { return profile_.key_sets[0].enc; }

  std::unique_ptr<pkcs11::TestToken> test_token_;
  std::unique_ptr<pkcs11::Token> token_;
  std::unique_ptr<pkcs11::TemplateBuilder> builder_;
  KeyProfile profile_;
};

TEST_P(TokenKeysTest, AcceptsWhatTheCeremonyMade) { EXPECT_OK(Check()); }

TEST_P(TokenKeysTest, SaysWhichKeyIsMissing) {
  enc().label = "test/2/enc";
  EXPECT_THAT(Check(),
              StatusIs(absl::StatusCode::kNotFound,
                       "key test/2/enc (id 1001) is not in the token"));
}

TEST_P(TokenKeysTest, RefusesAKeyThatMayDoMoreThanTheProfileSays) {
  enc().spec.usages = static_cast<unsigned>(Usage::kEncrypt);
  EXPECT_THAT(
      Check(),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               "key test/1/enc is not as the key profile says: ENCRYPT is off, "
               "DERIVE is on"));
}

TEST_P(TokenKeysTest, RefusesAnotherTypeOrLength) {
  enc().spec.length = 32;
  enc().spec.type = CKK_GENERIC_SECRET;
  const absl::Status status = Check();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::string(status.message()), HasSubstr("KEY_TYPE is not 16"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("VALUE_LEN is not 32"));
}

TEST_P(TokenKeysTest, RefusesOtherMechanismsWhereTheModuleKeepsThem) {
  enc().spec.mechanisms.push_back(CKM_AES_ECB);
  if (builder_->rules().token_keys_name_mechanisms) {
    EXPECT_THAT(Check(),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         "key test/1/enc is not as the key profile says: "
                         "ALLOWED_MECHANISMS are others"));
  } else {
    EXPECT_OK(Check());
  }
}

// A token key with these attributes, as somebody else might have made it.
pkcs11::Template Foreign(const std::string& label, bool sensitive,
                         bool extractable) {
  pkcs11::Template key;
  key.AddUlong(CKA_CLASS, CKO_SECRET_KEY);
  key.AddUlong(CKA_KEY_TYPE, CKK_AES);
  key.AddUlong(CKA_VALUE_LEN, 16);
  key.AddBool(CKA_TOKEN, true);
  key.AddBool(CKA_PRIVATE, true);
  key.AddBool(CKA_SENSITIVE, sensitive);
  key.AddBool(CKA_EXTRACTABLE, extractable);
  key.AddBytes(CKA_LABEL, AsBytes(label));
  key.AddBytes(CKA_ID, Bytes{0x77});
  return key;
}

TEST_P(TokenKeysTest, RefusesAKeyThatCanBeReadOrTakenOut) {
  ASSERT_OK_AND_ASSIGN(
      pkcs11::Object made,
      session().GenerateKey(CKM_AES_KEY_GEN, Foreign("weak", false, true)));
  KeyEntry entry = enc();
  entry.label = "weak";
  const absl::Status status =
      CheckKeyAttributes(session(), builder_->rules(), made.Release(), entry);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(std::string(status.message()), HasSubstr("EXTRACTABLE is on"));
  // NSS softokn makes every token key sensitive, whatever it is told.
  if (GetParam() == TestModule::kNss) return;
  EXPECT_THAT(std::string(status.message()), HasSubstr("SENSITIVE is off"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("VALUE is readable"));
}

TEST_P(TokenKeysTest, RefusesATokenWithAKeyThatNobodyNamed) {
  ASSERT_OK_AND_ASSIGN(
      pkcs11::Object made,
      session().GenerateKey(CKM_AES_KEY_GEN, Foreign("stray", true, false)));
  (void)made.Release();
  EXPECT_THAT(Check(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                "the token holds a key that the key profile "
                                "does not name: \"stray\""));
}

TEST_P(TokenKeysTest, TakesNoKeyByChanceWhereTwoHaveOneIdentifier) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK_AND_ASSIGN(
        pkcs11::Object made,
        session().GenerateKey(CKM_AES_KEY_GEN, Foreign("twin", true, false)));
    (void)made.Release();
  }
  KeyEntry entry;
  entry.label = "twin";
  entry.id = {0x77};
  const auto found = FindKey(session(), entry);
  if (GetParam() == TestModule::kNss) {
    EXPECT_OK(found);  // NSS softokn keeps one key for an identifier
  } else {
    EXPECT_THAT(found, StatusIs(absl::StatusCode::kFailedPrecondition,
                                "key twin (id 77) is in the token 2 times"));
  }
}

INSTANTIATE_TEST_SUITE_P(Modules, TokenKeysTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::hsm
