#include "lib/pkcs11/an10922.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <utility>

#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/an10922_known_answers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::pkcs11 {
namespace {

using Json = nlohmann::json;

struct Example {
  std::string name;
  bool is_aes;
  Bytes master;
  Bytes input;
  Bytes key;  // before parity
};

std::vector<Example> LoadExamples() {
  std::vector<Example> examples;
  for (const char* file : {"tests/vectors/real_primitives.json",
                           "tests/vectors/generated_primitives.json"}) {
    std::ifstream stream(file);
    for (const Json& record : Json::parse(stream)) {
      if (record["kind"] != "an10922") continue;
      const std::string key =
          record[record.contains("expected") ? "expected" : "expected_raw"];
      examples.push_back({record["name"], record["cipher"] == "aes",
                          FromHexOrDie(record["master"].get<std::string>()),
                          FromHexOrDie(record["input"].get<std::string>()),
                          FromHexOrDie(key)});
    }
  }
  return examples;
}

class An10922Test : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, TestToken::Create(GetParam()));
    ASSERT_OK_AND_ASSIGN(token_,
                         Token::Open(test_token_->Options(Access::kReadOnly)));
    builder_ = std::make_unique<TemplateBuilder>(
        TemplateRulesFor(token_->module().manufacturer()));
  }

  Session& session() { return token_->keep_alive(); }

  absl::StatusOr<Object> Import(bool is_aes, ByteSpan value) {
    const CK_KEY_TYPE type = is_aes               ? CKK_AES
                             : value.size() == 24 ? CKK_DES3
                                                  : CKK_DES2;
    return session().ImportKey(
        SecretBytes::CopyOf(value),
        builder_->ImportedSessionKey(
            {type,
             value.size(),
             Usage::kEncrypt | Usage::kDerive,
             {CKM_AES_ECB, CKM_AES_ECB_ENCRYPT_DATA, CKM_DES3_ECB,
              CKM_DES3_ECB_ENCRYPT_DATA}}));
  }

  absl::StatusOr<Object> Derive(const Example& example, const Object& master) {
    const size_t length = example.master.size();
    if (!example.is_aes) {
      ASSIGN_OR_RETURN(Mechanism mechanism,
                       An10922DesMechanism(session(), master.handle(), length,
                                           example.input));
      return session().DeriveKey(
          std::move(mechanism), master.handle(),
          builder_->SessionKey({length == 24 ? CKK_DES3 : CKK_DES2,
                                length,
                                static_cast<unsigned>(Usage::kEncrypt),
                                {CKM_DES3_ECB}}));
    }
    if (length == 24) {
      ASSIGN_OR_RETURN(
          const SecretBytes value,
          An10922Aes192Value(session(), master.handle(), example.input));
      return Import(true, value.Read(GrantSecretAccess()));
    }
    // What no native key derivation does, whatever the module's recipe.
    return DeriveCmacKey(
        session(), KdfRecipe::kNative, {master.handle(), std::nullopt},
        An10922Input(length, example.input), length,
        builder_->SessionKey({CKK_AES,
                              length,
                              static_cast<unsigned>(Usage::kEncrypt),
                              {CKM_AES_ECB}}));
  }

  // What the key does, in place of its value.
  absl::StatusOr<Bytes> Zeros(bool is_aes, const Object& key) {
    return session().Encrypt(
        Mechanism::Plain(is_aes ? CKM_AES_ECB : CKM_DES3_ECB), key.handle(),
        Bytes(16));
  }

  std::unique_ptr<TestToken> test_token_;
  std::unique_ptr<Token> token_;
  std::unique_ptr<TemplateBuilder> builder_;
};

TEST_P(An10922Test, GivesThePublishedKeys) {
  const std::vector<Example> examples = LoadExamples();
  EXPECT_EQ(examples.size(), 36u);
  for (const Example& example : examples) {
    SCOPED_TRACE(example.name);
    ASSERT_OK_AND_ASSIGN(const Object master,
                         Import(example.is_aes, example.master));
    ASSERT_OK_AND_ASSIGN(const Object derived, Derive(example, master));
    ASSERT_OK_AND_ASSIGN(const Object wanted,
                         Import(example.is_aes, example.key));
    ASSERT_OK_AND_ASSIGN(const Bytes expected, Zeros(example.is_aes, wanted));
    EXPECT_THAT(Zeros(example.is_aes, derived), IsOkAndHolds(expected));
  }
}

TEST_P(An10922Test, TheApplicationNotesExamplesAreDone) {
  ASSERT_OK_AND_ASSIGN(
      const Capabilities done,
      Probe([&] { return token_->OpenSession(Access::kReadOnly); },
            {An10922AesRecipe(*builder_), An10922DesRecipe(*builder_)}));
  EXPECT_TRUE(done.Has(kRecipeAn10922Aes));
  EXPECT_TRUE(done.Has(kRecipeAn10922Des));
}

INSTANTIATE_TEST_SUITE_P(Modules, An10922Test,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::pkcs11
