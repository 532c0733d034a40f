// What only the real part does; what all HsmKeys do is in
// pkcs11_contract_test.cc.

#include "services/keyvault/hsm/pkcs11_hsm_keys.h"

#include <sys/stat.h>

#include <filesystem>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/known_answers.h"
#include "services/keyvault/hsm/testing/test_vault.h"

namespace cardferry::keyvault {
namespace {

using pkcs11::TestModule;

class Pkcs11HsmKeysTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(vault_, TestVault::Create(GetParam(), {{"kdf3"}}));
  }

  absl::StatusOr<std::unique_ptr<scp::SessionCipher>> OpenSession(
      HsmKeys& keys) {
    return keys.OpenSession({"kdf3", 1, {}},
                            {{scp::kScp03, 0x00}, Bytes(8, 1), Bytes(8, 2)});
  }

  // HSM calls of MACs over `commands` commands of 255 bytes.
  static uint64_t CallsOfChain(HsmKeys& keys, scp::SessionCipher& cipher,
                               size_t commands) {
    const uint64_t before = keys.CallCount();
    EXPECT_OK(cipher.MacChain(Bytes(16),
                              std::vector<Bytes>(commands, Bytes(252, 0xE8))));
    return keys.CallCount() - before;
  }

  std::unique_ptr<TestVault> vault_;
};

TEST_P(Pkcs11HsmKeysTest, MacsAnyLoadThatFitsACardWithTheSameNumberOfCalls) {
  ASSERT_OK_AND_ASSIGN(const auto keys, Pkcs11HsmKeys::Open(vault_->Options()));
  ASSERT_OK_AND_ASSIGN(const auto cipher, OpenSession(*keys));
  EXPECT_EQ(CallsOfChain(*keys, *cipher, 13), 2u);   // 3 KB
  EXPECT_EQ(CallsOfChain(*keys, *cipher, 256), 2u);  // all of a short LOAD
}

TEST_P(Pkcs11HsmKeysTest, SplitsTheChainWhereTheModuleWantsIt) {
  HsmOptions options = vault_->Options();
  ASSERT_OK_AND_ASSIGN(auto keys, Pkcs11HsmKeys::Open(vault_->Options()));
  std::vector<Bytes> messages(40, Bytes(250, 0xE8));
  absl::StatusOr<std::vector<Bytes>> whole;
  {
    ASSERT_OK_AND_ASSIGN(const auto cipher, OpenSession(*keys));
    whole = cipher->MacChain(Bytes(16), messages);
    ASSERT_OK(whole);
  }
  keys.reset();
  options.most_bytes_a_call = 4096;
  ASSERT_OK_AND_ASSIGN(keys, Pkcs11HsmKeys::Open(std::move(options)));
  ASSERT_OK_AND_ASSIGN(const auto cipher, OpenSession(*keys));
  const uint64_t before = keys->CallCount();
  EXPECT_THAT(cipher->MacChain(Bytes(16), messages), IsOkAndHolds(*whole));
  // 40 times 272 bytes in parts of 4096.
  EXPECT_EQ(keys->CallCount() - before, 3u * 2u);
}

TEST_P(Pkcs11HsmKeysTest, MacsEachCommandWithACallWherePolicySaysSo) {
  HsmOptions options = vault_->Options();
  options.mac_by_cbc = false;
  ASSERT_OK_AND_ASSIGN(const auto keys,
                       Pkcs11HsmKeys::Open(std::move(options)));
  ASSERT_OK_AND_ASSIGN(const auto cipher, OpenSession(*keys));
  EXPECT_EQ(CallsOfChain(*keys, *cipher, 13), 13u * 2u);
}

TEST_P(Pkcs11HsmKeysTest, OpensASessionWithFewCalls) {
  ASSERT_OK_AND_ASSIGN(const auto keys, Pkcs11HsmKeys::Open(vault_->Options()));
  { ASSERT_OK(OpenSession(*keys)); }  // the pool's session is open now
  const uint64_t before = keys->CallCount();
  ASSERT_OK_AND_ASSIGN(const auto cipher, OpenSession(*keys));
  ASSERT_OK(cipher->CardCryptogram());
  ASSERT_OK(cipher->HostCryptogram());
  // Card key, its destruction, S-MAC; 2 for what both cryptograms begin with,
  // 2 for both. SoftHSM: 2 more for the two-block derivation.
  EXPECT_EQ(keys->CallCount() - before,
            GetParam() == TestModule::kNss ? 7u : 9u);
}

TEST_P(Pkcs11HsmKeysTest, LimitsItsSessionsWithoutADeadlock) {
  HsmOptions options = vault_->Options();
  options.pool = {1, absl::Seconds(60)};
  ASSERT_OK_AND_ASSIGN(const auto keys,
                       Pkcs11HsmKeys::Open(std::move(options)));
  // A cipher holds no session between calls, so many may be open at once.
  std::vector<std::unique_ptr<scp::SessionCipher>> ciphers;
  for (int i = 0; i < 5; ++i) {
    ASSERT_OK_AND_ASSIGN(auto cipher, OpenSession(*keys));
    ciphers.push_back(std::move(cipher));
  }
  EXPECT_OK(keys->Seal("purpose", Bytes(5)));
  for (const auto& cipher : ciphers) EXPECT_OK(cipher->HostCryptogram());
}

TEST_P(Pkcs11HsmKeysTest, StaysWellAfterForgedSeals) {
  ASSERT_OK_AND_ASSIGN(const auto keys, Pkcs11HsmKeys::Open(vault_->Options()));
  ASSERT_OK_AND_ASSIGN(const Bytes sealed, keys->Seal("purpose", Bytes(50)));
  for (size_t i = 0; i < sealed.size(); i += 7) {
    Bytes forged = sealed;
    forged[i] ^= 0x40;
    EXPECT_THAT(keys->Unseal("purpose", forged),
                StatusIs(absl::StatusCode::kDataLoss,
                         "a sealed text was changed, or is not ours"));
  }
  EXPECT_THAT(keys->Unseal("purpose", sealed), IsOkAndHolds(Bytes(50)));
}

TEST_P(Pkcs11HsmKeysTest, SaysWhatItsModuleCanDo) {
  ASSERT_OK_AND_ASSIGN(const auto keys, Pkcs11HsmKeys::Open(vault_->Options()));
  EXPECT_TRUE(keys->capabilities().Has(pkcs11::kRecipeMacByCbc));
  EXPECT_EQ(keys->capabilities().Has(pkcs11::kRecipeKdfNative),
            GetParam() == TestModule::kNss);
}

TEST_P(Pkcs11HsmKeysTest, ServesNothingWithAWrongPinLabelOrModule) {
  HsmOptions options = vault_->Options();
  options.token.pin = SecretBytes::CopyOf(AsBytes("wrong"));
  EXPECT_THAT(Pkcs11HsmKeys::Open(std::move(options)),
              StatusIs(absl::StatusCode::kUnauthenticated));
  options = vault_->Options();
  options.token.label = "of another issuer";
  EXPECT_THAT(Pkcs11HsmKeys::Open(std::move(options)),
              StatusIs(absl::StatusCode::kNotFound));
  options = vault_->Options();
  options.token.module.path = "/nowhere/libhsm.so";
  EXPECT_THAT(Pkcs11HsmKeys::Open(std::move(options)),
              StatusIs(absl::StatusCode::kNotFound));
  // And none of that stands in the way of the right ones.
  EXPECT_OK(Pkcs11HsmKeys::Open(vault_->Options()));
}

TEST_P(Pkcs11HsmKeysTest, ServesNothingThatItsProfileDoesNotDescribe) {
  HsmOptions options = vault_->Options();
  options.profile = hsm::TestProfile({{"kdf3"}, {"more"}});
  EXPECT_THAT(Pkcs11HsmKeys::Open(std::move(options)),
              StatusIs(absl::StatusCode::kNotFound));
  options = vault_->Options();
  options.profile = hsm::TestProfile({{"kdf3", 256}});
  EXPECT_THAT(Pkcs11HsmKeys::Open(std::move(options)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_P(Pkcs11HsmKeysTest, ServesNoTokenThatItCouldWrite) {
  HsmOptions options = vault_->Options();
  options.token_dir = vault_->token().folder();
  EXPECT_THAT(Pkcs11HsmKeys::Open(std::move(options)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  options = vault_->Options();
  options.token_dir = vault_->token().folder();
  options.allow_writable_token = true;
  EXPECT_OK(Pkcs11HsmKeys::Open(std::move(options)));
}

TEST_P(Pkcs11HsmKeysTest, ServesNoPublishedTestKeyUnlessToldTo) {
  const Bytes key = FromHexOrDie("404142434445464748494A4B4C4D4E4F");
  const hsm::TestKeySet sets[] = {{"kdf3"},
                                  {"plain", 128, hsm::Diversification::kNone},
                                  {"visa2", 112, hsm::Diversification::kVisa2},
                                  {"des", 112, hsm::Diversification::kNone}};
  for (const hsm::TestKeySet& set : sets) {
    vault_.reset();
    const std::string label = set.name + "/1/mac";
    std::map<std::string, SecretBytes> known;
    known[label] = SecretBytes::CopyOf(key);
    ASSERT_OK_AND_ASSIGN(vault_, TestVault::Create(GetParam(), {set}, known));
    HsmOptions options = vault_->Options();
    options.allow_test_keys = false;
    EXPECT_THAT(
        Pkcs11HsmKeys::Open(std::move(options)),
        StatusIs(absl::StatusCode::kFailedPrecondition,
                 "master " + label +
                     " is the published test key 40..4F, which anybody has: "
                     "make a token with keys of your own; for a demo only, "
                     "allow_test_keys lets it through"));
    testing::internal::CaptureStderr();
    EXPECT_OK(Pkcs11HsmKeys::Open(vault_->Options()));
    const std::string lines = testing::internal::GetCapturedStderr();
    EXPECT_THAT(lines, testing::HasSubstr("TEST KEY IN USE"));
    EXPECT_THAT(lines, testing::HasSubstr(label));
  }
}

INSTANTIATE_TEST_SUITE_P(Modules, Pkcs11HsmKeysTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

// Takes the right to write from a folder and all that is in it.
void MakeReadOnly(const std::string& folder) {
  namespace fs = std::filesystem;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    chmod(entry.path().c_str(), entry.is_directory() ? 0550 : 0440);
  }
  chmod(folder.c_str(), 0550);
}

TEST(Pkcs11HsmKeys, ServesFromAReadOnlyToken) {
  ASSERT_OK_AND_ASSIGN(const auto vault,
                       TestVault::Create(TestModule::kSoftHsm, {{"kdf3"}}));
  MakeReadOnly(vault->token().folder());
  HsmOptions options = vault->Options();
  options.token_dir = vault->token().folder();
  ASSERT_OK_AND_ASSIGN(const auto keys,
                       Pkcs11HsmKeys::Open(std::move(options)));
  ASSERT_OK_AND_ASSIGN(
      const auto cipher,
      keys->OpenSession({"kdf3", 1, {}},
                        {{scp::kScp03, 0x00}, Bytes(8, 1), Bytes(8, 2)}));
  EXPECT_OK(cipher->EncryptCommands({{1, Bytes(5)}}));
  EXPECT_OK(keys->Seal("purpose", Bytes(5)));
  EXPECT_OK(keys->TicketMac(Bytes(5)));
  EXPECT_OK(keys->Health());
}

}  // namespace
}  // namespace cardferry::keyvault
