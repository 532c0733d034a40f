#include "hsm-config/card_keys.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hsm-config/ceremony.h"
#include "hsm-config/testing/development_import.h"
#include "hsm-config/testing/test_profile.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::hsm {
namespace {

TestKeySet Templated(const std::string& name, size_t key_bits,
                     const std::string& form) {
  return {name, key_bits, Diversification::kTemplate, 1, 0x30, form};
}

class CardKeysTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(
        test_token_, pkcs11::TestToken::Create(pkcs11::TestModule::kSoftHsm));
    ASSERT_OK_AND_ASSIGN(
        token_,
        pkcs11::Token::Open(test_token_->Options(pkcs11::Access::kReadWrite)));
    const pkcs11::TemplateBuilder builder(
        pkcs11::TemplateRulesFor(token_->module().manufacturer()));
    profile_ = TestProfile({{"kdf3", 192},
                            {"plain", 128, Diversification::kNone},
                            {"visa2", 112, Diversification::kVisa2},
                            {"emv", 112, Diversification::kEmvCps},
                            Templated("visa1", 112, "ecb/1"),
                            Templated("nxp-des", 112, "nxp/2"),
                            Templated("nxp-aes", 192, "nxp/2")});
    std::map<std::string, SecretBytes> known;
    for (const char* label : {"kdf3/1/enc", "kdf3/1/mac", "kdf3/1/dek"}) {
      known[label] = SecretBytes::CopyOf(
          FromHexOrDie("404142434445464748494A4B4C4D4E4F5051525354555657"));
    }
    for (const char* name : {"visa2/1/", "emv/1/", "visa1/1/"}) {
      for (const char* which : {"enc", "mac", "dek"}) {
        known[std::string(name) + which] = SecretBytes::CopyOf(
            FromHexOrDie("404142434445464748494A4B4C4D4E4F"));
      }
    }
    ASSERT_OK(ImportKnownKeys(
        {token_->keep_alive(), builder, pkcs11::KdfRecipe::kAesData,
         /*allow_test_keys=*/true},
        profile_, known));
  }

  std::unique_ptr<pkcs11::TestToken> test_token_;
  std::unique_ptr<pkcs11::Token> token_;
  KeyProfile profile_;
};

// The values of GlobalPlatformPro's tests (TestPlaintextKeys), KDF3 with
// AES-192.
TEST_F(CardKeysTest, AreTheOnesThatAnotherToolDerives) {
  ASSERT_OK_AND_ASSIGN(
      const SecretBytes text,
      SimulatedCardKeys(token_->keep_alive(), profile_.key_sets[0],
                        FromHexOrDie("00010203040506070809")));
  EXPECT_EQ(AsString(text.Read(GrantSecretAccess())),
            "# The keys of a simulated card: development only.\n"
            "kvn=30\n"
            "kdd=00010203040506070809\n"
            "enc=7C5E0EB1D8F19C63D51CFD20174D8F903C5C0AB035FB1F81\n"
            "mac=DBCAADD8612534A5428BB2ECC61C734C7F214510E31F07E2\n"
            "dek=E724FF4857153DDF66F75A99CC32B8C04739A0FBFF1C9AFC\n");
}

TEST_F(CardKeysTest, AreTheOnesThatAnotherToolDerivesByTripleDes) {
  const Bytes kdd = FromHexOrDie("00010203040506070809");
  const auto keys = [&](const KeySet& set) {
    const SecretBytes text =
        SimulatedCardKeys(token_->keep_alive(), set, kdd).value();
    return AsString(text.Read(GrantSecretAccess()));
  };
  EXPECT_EQ(keys(profile_.key_sets[2]),
            "# The keys of a simulated card: development only.\n"
            "kvn=30\n"
            "kdd=00010203040506070809\n"
            "alg=des\n"
            "enc=8510FC973208218CA86888BCEC203635\n"
            "mac=1068B5FB6F06C78C7A4DFC343B21C78F\n"
            "dek=2DAEE809C71405FF259C3BE695A1F66E\n");
  EXPECT_EQ(keys(profile_.key_sets[3]),
            "# The keys of a simulated card: development only.\n"
            "kvn=30\n"
            "kdd=00010203040506070809\n"
            "alg=des\n"
            "enc=0EF59FCBF8019B62E62AF6EA20B8BF25\n"
            "mac=3E383EB6F2762B88155F76BDFED05A02\n"
            "dek=64021E43C0C7D264A1C7C6D01E1C8761\n");
}

// VISA's first scheme as a template; the value is OpenSSL's triple DES.
TEST_F(CardKeysTest, AreMadeByTemplatesToo) {
  const auto keys = [&](size_t set) {
    const SecretBytes text =
        SimulatedCardKeys(token_->keep_alive(), profile_.key_sets[set],
                          FromHexOrDie("00010203040506070809"))
            .value();
    return AsString(text.Read(GrantSecretAccess()));
  };
  EXPECT_THAT(keys(4), testing::StartsWith(
                           "# The keys of a simulated card: development only.\n"
                           "kvn=30\n"
                           "kdd=00010203040506070809\n"
                           "alg=des\n"
                           "enc=9D571A34BA99409A031AC42A86E1161B\n"));
  EXPECT_EQ(keys(5).size(), keys(4).size());
  EXPECT_EQ(keys(6).size(), keys(0).size());
  EXPECT_NE(keys(5), keys(4));
}

TEST_F(CardKeysTest, NeedTenBytesOfDiversificationData) {
  for (const size_t size : {size_t{0}, size_t{9}, size_t{11}}) {
    EXPECT_THAT(SimulatedCardKeys(token_->keep_alive(), profile_.key_sets[0],
                                  Bytes(size)),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST_F(CardKeysTest, AreNotToBeHadOfMastersThatCardsHoldThemselves) {
  EXPECT_THAT(
      SimulatedCardKeys(token_->keep_alive(), profile_.key_sets[1], Bytes(10)),
      StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace cardferry::hsm
