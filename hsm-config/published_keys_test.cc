#include "hsm-config/published_keys.h"

#include <map>
#include <optional>

#include "gtest/gtest.h"
#include "hsm-config/ceremony.h"
#include "hsm-config/testing/development_import.h"
#include "hsm-config/testing/test_profile.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::hsm {
namespace {

using pkcs11::KdfRecipe;
using pkcs11::KeySpec;
using pkcs11::TestModule;
using pkcs11::Usage;

const KeySpec kDerivesAes = {
    CKK_AES,
    0,
    Usage::kDerive | Usage::kEncrypt,
    {CKM_AES_ECB_ENCRYPT_DATA, CKM_AES_ECB, pkcs11::kSp800_108CounterKdf}};
const KeySpec kEncryptsAes = {
    CKK_AES, 0, static_cast<unsigned>(Usage::kEncrypt), {CKM_AES_CBC}};
const KeySpec kSeals = {
    CKK_AES, 0, static_cast<unsigned>(Usage::kEncrypt), {CKM_AES_GCM}};

KeySpec DerivesDes(CK_KEY_TYPE type) {
  return {type,
          0,
          static_cast<unsigned>(Usage::kDerive),
          {CKM_DES3_ECB_ENCRYPT_DATA}};
}

class PublishedKeysTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    token_.reset();  // a process holds a module once
    ASSERT_OK_AND_ASSIGN(test_token_, pkcs11::TestToken::Create(GetParam()));
    ASSERT_OK_AND_ASSIGN(
        token_,
        pkcs11::Token::Open(test_token_->Options(pkcs11::Access::kReadWrite)));
    builder_ = std::make_unique<pkcs11::TemplateBuilder>(
        pkcs11::TemplateRulesFor(token_->module().manufacturer()));
  }

  KdfRecipe recipe() const {
    return GetParam() == TestModule::kNss ? KdfRecipe::kNative
                                          : KdfRecipe::kAesData;
  }

  // The name that a key of this value has.
  std::string NameOf(KeySpec spec, absl::string_view hex) {
    const Bytes value = FromHexOrDie(hex);
    spec.length = value.size();
    pkcs11::Session& session = token_->keep_alive();
    const pkcs11::Object key =
        session
            .ImportKey(SecretBytes::CopyOf(value),
                       builder_->ImportedSessionKey(spec))
            .value();
    return NameOfPublishedKey(session, *builder_, recipe(),
                              {key.handle(), std::nullopt}, spec)
        .value();
  }

  std::unique_ptr<pkcs11::TestToken> test_token_;
  std::unique_ptr<pkcs11::Token> token_;
  std::unique_ptr<pkcs11::TemplateBuilder> builder_;
};

TEST_P(PublishedKeysTest, AreKnownByWhatTheyDo) {
  const std::string key = "404142434445464748494A4B4C4D4E4F";
  EXPECT_EQ(NameOf(kDerivesAes, key), "40..4F");
  EXPECT_EQ(NameOf(kEncryptsAes, key), "40..4F");
  EXPECT_EQ(NameOf(DerivesDes(CKK_DES2), key), "40..4F");
  EXPECT_EQ(NameOf(DerivesDes(CKK_DES2), "47454D5850524553534F53414D504C45"),
            "47454D..4C45");
  EXPECT_EQ(NameOf(kDerivesAes, key + key.substr(0, 16)), "40..4F, 40..47");
  EXPECT_EQ(NameOf(DerivesDes(CKK_DES3), key + key.substr(0, 16)),
            "40..4F, 40..47");
  EXPECT_EQ(NameOf(kDerivesAes, key + key), "40..4F twice");
  EXPECT_EQ(NameOf(kDerivesAes, key + "5051525354555657"), "40..57");
  EXPECT_EQ(NameOf(kDerivesAes, key + "505152535455565758595A5B5C5D5E5F"),
            "40..5F");
}

// DES does not look at the lowest bit of a byte: a key with parity bits is the
// same key.
TEST_P(PublishedKeysTest, AreTheSameWithParityBits) {
  EXPECT_EQ(NameOf(DerivesDes(CKK_DES2), "404043434545464649494A4A4C4C4F4F"),
            "40..4F");
}

TEST_P(PublishedKeysTest, AreNoOthers) {
  EXPECT_EQ(NameOf(kDerivesAes, "404142434445464748494A4B4C4D4E4E"), "");
  EXPECT_EQ(NameOf(DerivesDes(CKK_DES2), "404142434445464748494A4B4C4D4EAF"),
            "");
  EXPECT_EQ(NameOf(kEncryptsAes, "C04142434445464748494A4B4C4D4E4F"), "");
}

TEST_P(PublishedKeysTest, AreNotLookedForWhereNoCardKeyCanBe) {
  EXPECT_EQ(NameOf(kSeals, "404142434445464748494A4B4C4D4E4F"), "");
}

TEST_P(PublishedKeysTest, ComeIntoNoTokenUnlessTheCeremonyAllowsThem) {
  const std::map<std::string, size_t> sets = {{"aes", 128}, {"des", 112}};
  for (const auto& [name, bits] : sets) {
    const KeyProfile profile =
        TestProfile({{name, bits, Diversification::kNone}});
    for (const char* which : {"enc", "mac", "dek"}) {
      std::map<std::string, SecretBytes> known;
      known[name + "/1/" + which] =
          SecretBytes::CopyOf(FromHexOrDie("404142434445464748494A4B4C4D4E4F"));
      EXPECT_THAT(
          ImportKnownKeys({token_->keep_alive(), *builder_, recipe()}, profile,
                          known),
          StatusIs(absl::StatusCode::kFailedPrecondition,
                   "key " + name + "/1/" + which +
                       ": is the published test key 40..4F, which anybody "
                       "has"));
      SetUp();  // a token after a failed ceremony is unfit for use
      if (HasFatalFailure()) return;
    }
    std::map<std::string, SecretBytes> known;
    known[name + "/1/enc"] =
        SecretBytes::CopyOf(FromHexOrDie("404142434445464748494A4B4C4D4E4F"));
    EXPECT_OK(ImportKnownKeys({token_->keep_alive(), *builder_, recipe(),
                               /*allow_test_keys=*/true},
                              profile, known));
    SetUp();
    if (HasFatalFailure()) return;
  }
}

INSTANTIATE_TEST_SUITE_P(Modules, PublishedKeysTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::hsm
