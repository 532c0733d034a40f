#include "lib/pkcs11/cbc_texts.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::pkcs11 {
namespace {

// As many bytes, all different.
Bytes Counting(size_t size, uint8_t from) {
  Bytes bytes(size);
  for (size_t i = 0; i < size; ++i) {
    bytes[i] = static_cast<uint8_t>(from + 7 * i);
  }
  return bytes;
}

class CbcTextsTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, TestToken::Create(GetParam()));
    ASSERT_OK_AND_ASSIGN(token_,
                         Token::Open(test_token_->Options(Access::kReadOnly)));
    builder_ = std::make_unique<TemplateBuilder>(
        TemplateRulesFor(token_->module().manufacturer()));
  }

  Session& session() { return token_->keep_alive(); }

  absl::StatusOr<Object> Import(CK_KEY_TYPE type) {
    return session().ImportKey(
        SecretBytes::CopyOf(Counting(16, 0x40)),
        builder_->ImportedSessionKey({type,
                                      16,
                                      Usage::kEncrypt | Usage::kDecrypt,
                                      {CKM_AES_CBC, CKM_DES3_CBC}}));
  }

  std::unique_ptr<TestToken> test_token_;
  std::unique_ptr<Token> token_;
  std::unique_ptr<TemplateBuilder> builder_;
};

TEST_P(CbcTextsTest, DecryptsTextsOfTheirOwnByOneCall) {
  for (const auto& [type, block] : {std::make_pair(CKK_AES, size_t{16}),
                                    std::make_pair(CKK_DES2, size_t{8})}) {
    ASSERT_OK_AND_ASSIGN(const Object key, Import(type));
    std::vector<Bytes> plain;
    std::vector<CbcText> texts;
    for (const size_t blocks : {1u, 3u, 1u, 2u}) {
      const auto seed = static_cast<uint8_t>(texts.size() + 1);
      const Bytes iv = Counting(block, static_cast<uint8_t>(0x30 * seed));
      plain.push_back(Counting(blocks * block, seed));
      ASSERT_OK_AND_ASSIGN(
          Bytes data, session().EncryptCbc(key.handle(), iv, plain.back(), 64));
      texts.push_back({iv, std::move(data)});
    }
    const uint64_t before = token_->module().call_count();
    EXPECT_THAT(DecryptCbcTexts(session(), key.handle(), texts, 1024),
                IsOkAndHolds(plain));
    EXPECT_EQ(token_->module().call_count() - before, 2u);
    EXPECT_THAT(DecryptCbcTexts(session(), key.handle(), texts, 2 * block),
                IsOkAndHolds(plain));
  }
}

TEST_P(CbcTextsTest, TakesWholeBlocksOnly) {
  ASSERT_OK_AND_ASSIGN(const Object key, Import(CKK_AES));
  EXPECT_THAT(DecryptCbcTexts(session(), key.handle(), {}, 64),
              IsOkAndHolds(std::vector<Bytes>()));
  for (const size_t size : {0u, 1u, 15u, 17u}) {
    EXPECT_THAT(
        DecryptCbcTexts(session(), key.handle(),
                        {{Bytes(16), Bytes(16)}, {Bytes(16), Bytes(size)}}, 64),
        StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(
      DecryptCbcTexts(session(), key.handle(),
                      {{Bytes(16), Bytes(16)}, {Bytes(8), Bytes(16)}}, 64),
      StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_FALSE(session().broken());
}

INSTANTIATE_TEST_SUITE_P(Modules, CbcTextsTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::pkcs11
