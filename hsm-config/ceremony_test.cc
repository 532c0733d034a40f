#include "hsm-config/ceremony.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hsm-config/master_facts.h"
#include "hsm-config/readable_derivation.h"
#include "hsm-config/testing/development_import.h"
#include "hsm-config/testing/test_profile.h"
#include "hsm-config/token_keys.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::hsm {
namespace {

using pkcs11::TestModule;

class CeremonyTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, pkcs11::TestToken::Create(GetParam()));
    Open(pkcs11::Access::kReadWrite);
    builder_ = std::make_unique<pkcs11::TemplateBuilder>(
        pkcs11::TemplateRulesFor(token_->module().manufacturer()));
    ASSERT_OK_AND_ASSIGN(
        recipe_,
        ChooseKdf(*token_, *builder_,
                  TestProfile({{"des", 112, Diversification::kNone}})));
  }

  void Open(pkcs11::Access access) {
    token_.reset();
    ASSERT_OK_AND_ASSIGN(token_,
                         pkcs11::Token::Open(test_token_->Options(access)));
  }
  CeremonyRoom room() { return {token_->keep_alive(), *builder_, recipe_}; }

  std::unique_ptr<pkcs11::TestToken> test_token_;
  std::unique_ptr<pkcs11::Token> token_;
  std::unique_ptr<pkcs11::TemplateBuilder> builder_;
  pkcs11::KdfRecipe recipe_ = pkcs11::KdfRecipe::kAesData;
};

TEST_P(CeremonyTest, MakesKeysOfEveryKindThatOutliveTheProcess) {
  KeyProfile profile = TestProfile({{"plain", 128, Diversification::kNone},
                                    {"a128", 128},
                                    {"a192", 192},
                                    {"a256", 256},
                                    {"d112", 112, Diversification::kNone},
                                    {"v112", 112, Diversification::kVisa2},
                                    {"e168", 168, Diversification::kEmvCps}});
  profile.signing_keys = {{"dap",
                           pkcs11::SigningAlgorithm::kEcdsaP384,
                           ContentSignature::kDap,
                           {"dap/1", {0x40, 0x01}},
                           {"tests"}}};
  ASSERT_OK(GenerateKeys(room(), profile));
  Open(pkcs11::Access::kReadOnly);
  EXPECT_OK(CheckToken(token_->keep_alive(), builder_->rules(), profile));
  profile.signing_keys[0].algorithm = pkcs11::SigningAlgorithm::kRsa2048Pss;
  EXPECT_THAT(CheckToken(token_->keep_alive(), builder_->rules(), profile),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  profile.signing_keys.clear();
  EXPECT_THAT(CheckToken(token_->keep_alive(), builder_->rules(), profile),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       testing::HasSubstr("does not name: \"dap/1\"")));
}

TEST_P(CeremonyTest, NotesFactsOnlyWhereTheModuleNeedsThem) {
  const KeyProfile profile = TestProfile({TestKeySet()});
  ASSERT_OK(GenerateKeys(room(), profile));
  const auto facts =
      ReadMasterFacts(token_->keep_alive(), profile.key_sets[0].enc);
  if (GetParam() == TestModule::kNss) {
    EXPECT_EQ(recipe_, pkcs11::KdfRecipe::kNative);
    EXPECT_THAT(facts, StatusIs(absl::StatusCode::kNotFound));
  } else {
    EXPECT_EQ(recipe_, pkcs11::KdfRecipe::kAesData);
    EXPECT_OK(facts);
  }
}

TEST_P(CeremonyTest, GivesEachMasterAValueOfItsOwn) {
  const KeyProfile profile = TestProfile({TestKeySet()});
  ASSERT_OK(GenerateKeys(room(), profile));
  const KeySet& set = profile.key_sets[0];
  std::vector<KeyCheckValue> seen;
  for (const KeyEntry* entry : {&set.enc, &set.mac, &set.dek}) {
    ASSERT_OK_AND_ASSIGN(const pkcs11::ObjectHandle key,
                         FindKey(token_->keep_alive(), *entry));
    pkcs11::KdfBase base = {key, std::nullopt};
    if (recipe_ == pkcs11::KdfRecipe::kAesData) {
      ASSERT_OK_AND_ASSIGN(const MasterFacts facts,
                           ReadMasterFacts(token_->keep_alive(), *entry));
      base.zero_encrypted = facts.zero_encrypted;
    }
    ASSERT_OK_AND_ASSIGN(const KeyCheckValue value,
                         DerivedCheckValue(token_->keep_alive(), *builder_,
                                           recipe_, base, entry->spec));
    EXPECT_THAT(seen, testing::Not(testing::Contains(value)));
    seen.push_back(value);
  }
}

TEST_P(CeremonyTest, MakesNoKeyTwice) {
  const KeyProfile profile = TestProfile({TestKeySet()});
  ASSERT_OK(GenerateKeys(room(), profile));
  EXPECT_THAT(GenerateKeys(room(), profile),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       "key test/1/enc: is in the token"));
}

TEST_P(CeremonyTest, ImportsOnlyValuesOfTheProfilesLength) {
  const KeyProfile profile = TestProfile({TestKeySet()});
  std::map<std::string, SecretBytes> known;
  known["test/1/enc"] = SecretBytes(24);
  EXPECT_THAT(ImportKnownKeys(room(), profile, known),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "test/1/enc has 24 bytes, the profile wants 16"));
}

INSTANTIATE_TEST_SUITE_P(Modules, CeremonyTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

// SP 800-38A, F.1.1: the way around attributes that the threat model names.
TEST(ReadableDerivation, GivesAnEncryptionByAKeyThatMayNotEncrypt) {
  ASSERT_OK_AND_ASSIGN(const auto test_token,
                       pkcs11::TestToken::Create(TestModule::kSoftHsm));
  ASSERT_OK_AND_ASSIGN(
      const auto token,
      pkcs11::Token::Open(test_token->Options(pkcs11::Access::kReadOnly)));
  const pkcs11::KeySpec derive_only = {
      CKK_AES,
      16,
      static_cast<unsigned>(pkcs11::Usage::kDerive),
      {CKM_AES_ECB_ENCRYPT_DATA}};
  ASSERT_OK_AND_ASSIGN(
      const pkcs11::Object key,
      token->keep_alive().ImportKey(
          SecretBytes::CopyOf(FromHexOrDie("2B7E151628AED2A6ABF7158809CF4F3C")),
          pkcs11::TemplateBuilder(pkcs11::TemplateRules())
              .ImportedSessionKey(derive_only)));
  const Bytes block = FromHexOrDie("6BC1BEE22E409F96E93D7E117393172A");
  ASSERT_OK_AND_ASSIGN(const pkcs11::AesBlock encrypted,
                       EncryptByDerivation(token->keep_alive(), key.handle(),
                                           pkcs11::BlockAt(block, 0)));
  EXPECT_EQ(ToHex(encrypted), "3AD77BB40D7A3660A89ECAF32466EF97");
}

}  // namespace
}  // namespace cardferry::hsm
