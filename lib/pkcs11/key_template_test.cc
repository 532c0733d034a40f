#include "lib/pkcs11/key_template.h"

#include <algorithm>
#include <cstring>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::pkcs11 {
namespace {

using testing::ElementsAre;

const CK_ATTRIBUTE* Find(absl::Span<CK_ATTRIBUTE> attributes,
                         CK_ATTRIBUTE_TYPE type) {
  const auto found =
      std::find_if(attributes.begin(), attributes.end(),
                   [&](const CK_ATTRIBUTE& a) { return a.type == type; });
  return found == attributes.end() ? nullptr : &*found;
}

bool BoolOf(absl::Span<CK_ATTRIBUTE> attributes, CK_ATTRIBUTE_TYPE type) {
  const CK_ATTRIBUTE* found = Find(attributes, type);
  EXPECT_NE(found, nullptr) << type;
  EXPECT_EQ(found->ulValueLen, sizeof(CK_BBOOL));
  return *static_cast<const CK_BBOOL*>(found->pValue) == CK_TRUE;
}

CK_ULONG UlongOf(absl::Span<CK_ATTRIBUTE> attributes, CK_ATTRIBUTE_TYPE type) {
  const CK_ATTRIBUTE* found = Find(attributes, type);
  EXPECT_NE(found, nullptr) << type;
  CK_ULONG value = 0;
  EXPECT_EQ(found->ulValueLen, sizeof(value));
  memcpy(&value, found->pValue, sizeof(value));
  return value;
}

const KeySpec kMacKey = {
    CKK_AES, 24, Usage::kEncrypt | Usage::kSign, {CKM_AES_CBC, CKM_AES_CMAC}};

TEST(TemplateBuilder, MakesSessionKeysThatNobodyCanReadOrWiden) {
  Template key = TemplateBuilder(TemplateRules()).SessionKey(kMacKey);
  const auto attributes = key.Get();
  EXPECT_FALSE(BoolOf(attributes, CKA_TOKEN));
  EXPECT_TRUE(BoolOf(attributes, CKA_PRIVATE));
  EXPECT_TRUE(BoolOf(attributes, CKA_SENSITIVE));
  EXPECT_FALSE(BoolOf(attributes, CKA_EXTRACTABLE));
  EXPECT_FALSE(BoolOf(attributes, CKA_MODIFIABLE));
}

TEST(TemplateBuilder, SwitchesEveryUsageThatIsNotNamedOff) {
  Template key = TemplateBuilder(TemplateRules()).SessionKey(kMacKey);
  const auto attributes = key.Get();
  EXPECT_TRUE(BoolOf(attributes, CKA_ENCRYPT));
  EXPECT_TRUE(BoolOf(attributes, CKA_SIGN));
  for (const CK_ATTRIBUTE_TYPE off :
       {CKA_DECRYPT, CKA_VERIFY, CKA_WRAP, CKA_UNWRAP, CKA_DERIVE}) {
    EXPECT_FALSE(BoolOf(attributes, off)) << off;
  }
}

TEST(TemplateBuilder, NamesTheMechanismsAndPutsModifiableLast) {
  Template key = TemplateBuilder(TemplateRules()).SessionKey(kMacKey);
  const auto attributes = key.Get();
  const CK_ATTRIBUTE* mechanisms = Find(attributes, CKA_ALLOWED_MECHANISMS);
  ASSERT_NE(mechanisms, nullptr);
  ASSERT_EQ(mechanisms->ulValueLen, 2 * sizeof(CK_MECHANISM_TYPE));
  CK_MECHANISM_TYPE types[2] = {};
  memcpy(types, mechanisms->pValue, sizeof(types));
  EXPECT_THAT(types, ElementsAre(CKM_AES_CBC, CKM_AES_CMAC));
  EXPECT_EQ(attributes.back().type, static_cast<CK_ULONG>(CKA_MODIFIABLE));
}

TEST(TemplateBuilder, GivesTheLengthOfAesButNotOfDesKeys) {
  const TemplateBuilder builder{TemplateRules()};
  Template aes = builder.SessionKey(kMacKey);
  EXPECT_EQ(UlongOf(aes.Get(), CKA_VALUE_LEN), 24u);
  KeySpec des = kMacKey;
  des.type = CKK_DES2;
  Template des_key = builder.SessionKey(des);
  EXPECT_EQ(Find(des_key.Get(), CKA_VALUE_LEN), nullptr);
  EXPECT_EQ(UlongOf(des_key.Get(), CKA_KEY_TYPE),
            static_cast<CK_ULONG>(CKK_DES2));
}

TEST(TemplateBuilder, LeavesTheLengthOfImportedKeysToTheirValue) {
  Template key = TemplateBuilder(TemplateRules()).ImportedSessionKey(kMacKey);
  EXPECT_EQ(Find(key.Get(), CKA_VALUE_LEN), nullptr);
}

TEST(TemplateBuilder, LeavesOutOfTokenKeysWhatNssRefuses) {
  const TemplateBuilder softhsm{TemplateRulesFor("SoftHSM")};
  const TemplateBuilder nss{TemplateRulesFor("Mozilla Foundation")};
  Template softhsm_master = softhsm.NewMaster(kMacKey);
  Template nss_master = nss.NewMaster(kMacKey);
  EXPECT_NE(Find(softhsm_master.Get(), CKA_ALLOWED_MECHANISMS), nullptr);
  EXPECT_EQ(Find(nss_master.Get(), CKA_ALLOWED_MECHANISMS), nullptr);
}

TEST(TemplateBuilder, CopiesMastersUnderTheirLabelAndId) {
  const uint8_t id[] = {0x01, 0x02};
  Template copy =
      TemplateBuilder(TemplateRules()).CopyToToken("demo/1/enc", id);
  const auto attributes = copy.Get();
  EXPECT_TRUE(BoolOf(attributes, CKA_TOKEN));
  const CK_ATTRIBUTE* label = Find(attributes, CKA_LABEL);
  ASSERT_NE(label, nullptr);
  EXPECT_EQ(
      std::string(static_cast<const char*>(label->pValue), label->ulValueLen),
      "demo/1/enc");
  const CK_ATTRIBUTE* found_id = Find(attributes, CKA_ID);
  ASSERT_NE(found_id, nullptr);
  EXPECT_EQ(memcmp(found_id->pValue, id, 2), 0);
}

TEST(TemplateBuilder, LocksSessionCopiesOfModifiableMasters) {
  Template copy = TemplateBuilder(TemplateRules()).CopyToSession();
  EXPECT_FALSE(BoolOf(copy.Get(), CKA_TOKEN));
  EXPECT_FALSE(BoolOf(copy.Get(), CKA_MODIFIABLE));
}

}  // namespace
}  // namespace cardferry::pkcs11
