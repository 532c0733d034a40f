#include "services/keyvault/hsm/key_ring.h"

#include "gtest/gtest.h"
#include "hsm-config/ceremony.h"
#include "hsm-config/master_facts.h"
#include "hsm-config/testing/test_profile.h"
#include "hsm-config/token_keys.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"
#include "services/keyvault/hsm/key_handles.h"

namespace cardferry::keyvault {
namespace {

using pkcs11::TestModule;

class KeyRingTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, pkcs11::TestToken::Create(GetParam()));
    ASSERT_OK_AND_ASSIGN(
        token_,
        pkcs11::Token::Open(test_token_->Options(pkcs11::Access::kReadWrite)));
    const pkcs11::TemplateBuilder builder(
        pkcs11::TemplateRulesFor(token_->module().manufacturer()));
    profile_ = hsm::TestProfile({{"kdf3", 256},
                                 {"plain", 128, hsm::Diversification::kNone},
                                 {"des", 168, hsm::Diversification::kEmvCps}});
    ASSERT_OK_AND_ASSIGN(const pkcs11::KdfRecipe recipe,
                         hsm::ChooseKdf(*token_, builder, profile_));
    ways_ = std::make_unique<ModuleWays>(ModuleWays{builder, recipe});
    ASSERT_OK(
        hsm::GenerateKeys({token_->keep_alive(), builder, recipe}, profile_));
  }

  absl::StatusOr<std::unique_ptr<KeyRing>> Load() {
    return KeyRing::Load(*token_, profile_, *ways_, TestKeys::kRefused);
  }

  std::unique_ptr<pkcs11::TestToken> test_token_;
  std::unique_ptr<pkcs11::Token> token_;
  std::unique_ptr<ModuleWays> ways_;
  hsm::KeyProfile profile_;
};

TEST_P(KeyRingTest, HoldsEveryKeyAsASessionObject) {
  ASSERT_OK_AND_ASSIGN(const auto ring, Load());
  const auto keys = ring->keys();
  ASSERT_OK_AND_ASSIGN(const Masters kdf3, keys->FindMasters("kdf3", 1));
  ASSERT_OK_AND_ASSIGN(const Masters plain, keys->FindMasters("plain", 1));
  for (const pkcs11::ObjectHandle key :
       {kdf3.enc.key, kdf3.mac.key, kdf3.dek.key, plain.enc.key, plain.mac.key,
        plain.dek.key, keys->token_seal(), keys->ticket_mac()}) {
    EXPECT_THAT(token_->keep_alive().GetBool(key, CKA_TOKEN),
                IsOkAndHolds(false));
    EXPECT_THAT(token_->keep_alive().GetBool(key, CKA_SENSITIVE),
                IsOkAndHolds(true));
    EXPECT_THAT(token_->keep_alive().GetBool(key, CKA_EXTRACTABLE),
                IsOkAndHolds(false));
    EXPECT_THAT(token_->keep_alive().GetBool(key, CKA_MODIFIABLE),
                IsOkAndHolds(false));
  }
  EXPECT_EQ(kdf3.scheme.key_bits, 256u);
  EXPECT_EQ(plain.scheme.diversification, hsm::Diversification::kNone);
}

TEST_P(KeyRingTest, KnowsTheZeroBlockOfDeriveOnlyMastersWhereItIsNeeded) {
  ASSERT_OK_AND_ASSIGN(const auto ring, Load());
  ASSERT_OK_AND_ASSIGN(const Masters kdf3,
                       ring->keys()->FindMasters("kdf3", 1));
  EXPECT_EQ(kdf3.enc.zero_encrypted.has_value(),
            GetParam() == TestModule::kSoftHsm);
}

TEST_P(KeyRingTest, KnowsNoOtherKeySetOrVersion) {
  ASSERT_OK_AND_ASSIGN(const auto ring, Load());
  EXPECT_THAT(
      ring->keys()->FindMasters("kdf3", 2),
      StatusIs(absl::StatusCode::kNotFound, "no key set kdf3 version 2"));
  EXPECT_THAT(ring->keys()->FindMasters("other", 1),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_P(KeyRingTest, ServesNoTokenThatDiffersFromItsProfile) {
  profile_.key_sets[0].enc.spec.usages |=
      static_cast<unsigned>(pkcs11::Usage::kEncrypt);
  EXPECT_THAT(Load(), StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_P(KeyRingTest, NoticesAMasterThatIsNotTheOneOfItsCeremony) {
  if (GetParam() == TestModule::kNss) return;  // notes nothing there
  // Other facts under the same label.
  pkcs11::Template criteria;
  criteria.AddUlong(CKA_CLASS, CKO_DATA);
  criteria.AddBytes(CKA_LABEL, AsBytes(profile_.key_sets[0].mac.label));
  ASSERT_OK_AND_ASSIGN(const auto found, token_->keep_alive().Find(criteria));
  ASSERT_EQ(found.size(), 1u);
  ASSERT_OK_AND_ASSIGN(
      hsm::MasterFacts facts,
      hsm::ReadMasterFacts(token_->keep_alive(), profile_.key_sets[0].mac));
  token_->keep_alive().Destroy(found[0]);
  facts.zero_encrypted[0] ^= 1;
  ASSERT_OK(hsm::WriteMasterFacts(token_->keep_alive(),
                                  profile_.key_sets[0].mac, facts));
  EXPECT_THAT(Load(),
              StatusIs(absl::StatusCode::kDataLoss,
                       "master kdf3/1/mac is not the one whose facts are "
                       "noted"));
}

TEST_P(KeyRingTest, FindsTheKeysAgainOnceForAllWhoMissThem) {
  ASSERT_OK_AND_ASSIGN(const auto ring, Load());
  const auto first = ring->keys();
  ASSERT_OK(ring->Reload(first));
  const auto second = ring->keys();
  EXPECT_NE(first, second);
  ASSERT_OK(ring->Reload(first));  // somebody else has done it
  EXPECT_EQ(ring->keys(), second);
  // Who still holds the old ones can use them.
  ASSERT_OK_AND_ASSIGN(const Masters old, first->FindMasters("plain", 1));
  EXPECT_OK(token_->keep_alive().Encrypt(pkcs11::Mechanism::Plain(CKM_AES_ECB),
                                         old.enc.key, Bytes(16)));
}

INSTANTIATE_TEST_SUITE_P(Modules, KeyRingTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::keyvault
