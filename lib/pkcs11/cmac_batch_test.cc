#include "lib/pkcs11/cmac_batch.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::pkcs11 {
namespace {

// SP 800-38B, D.1.
constexpr char kKey[] = "2B7E151628AED2A6ABF7158809CF4F3C";
constexpr char kZeroEncrypted[] = "7DF76B0C1AB899B33E42F047B91B546F";
constexpr char kMessage[] =
    "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51"
    "30C81C46A35CE411E5FBC1191A0A52EFF69F2445DF4F9B17AD2B417BE66C3710";

class CmacBatchTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, TestToken::Create(GetParam()));
    ASSERT_OK_AND_ASSIGN(token_,
                         Token::Open(test_token_->Options(Access::kReadOnly)));
    const TemplateBuilder builder(
        TemplateRulesFor(token_->module().manufacturer()));
    ASSERT_OK_AND_ASSIGN(
        key_,
        session().ImportKey(SecretBytes::CopyOf(FromHexOrDie(kKey)),
                            builder.ImportedSessionKey(
                                {CKK_AES,
                                 16,
                                 Usage::kEncrypt | Usage::kSign,
                                 {CKM_AES_ECB, CKM_AES_CBC, CKM_AES_CMAC}})));
  }

  Session& session() { return token_->keep_alive(); }

  std::unique_ptr<TestToken> test_token_;
  std::unique_ptr<Token> token_;
  Object key_;
};

TEST_P(CmacBatchTest, GivesThePublishedMacsSideBySide) {
  const Bytes message = FromHexOrDie(kMessage);
  const auto first = [&message](ptrdiff_t size) {
    return Bytes(message.begin(), message.begin() + size);
  };
  const uint64_t before = token_->module().call_count();
  ASSERT_OK_AND_ASSIGN(
      const CmacBatch batch,
      ComputeCmacs(session(), key_.handle(),
                   {first(0), first(16), first(40), message}, 1024));
  EXPECT_EQ(ToHex(batch.zero_encrypted), kZeroEncrypted);
  ASSERT_EQ(batch.macs.size(), 4u);
  EXPECT_EQ(ToHex(batch.macs[0]), "BB1D6929E95937287FA37D129B756746");
  EXPECT_EQ(ToHex(batch.macs[1]), "070A16B46B4D4144F79BDD9DD04A287C");
  EXPECT_EQ(ToHex(batch.macs[2]), "DFA66747DE9AE63030CA32611497C827");
  EXPECT_EQ(ToHex(batch.macs[3]), "51F0BEBF7E3B9D92FC49741779363CFE");
  // A call for each of the four blocks of the longest, two C_* each.
  EXPECT_EQ(token_->module().call_count() - before, 8u);
}

TEST_P(CmacBatchTest, GivesWhatTheModuleSignsWhateverTheLengths) {
  std::vector<Bytes> messages;
  for (size_t size = 0; size < 100; size += 3) {
    messages.emplace_back(size, static_cast<uint8_t>(size));
  }
  ASSERT_OK_AND_ASSIGN(const CmacBatch batch,
                       ComputeCmacs(session(), key_.handle(), messages, 32));
  for (size_t i = 0; i < messages.size(); ++i) {
    EXPECT_THAT(session().Sign(Mechanism::Plain(CKM_AES_CMAC), key_.handle(),
                               messages[i]),
                IsOkAndHolds(batch.macs[i]))
        << messages[i].size();
  }
}

TEST_P(CmacBatchTest, WithoutMessagesThereIsTheZeroBlock) {
  ASSERT_OK_AND_ASSIGN(const CmacBatch batch,
                       ComputeCmacs(session(), key_.handle(), {}, 32));
  EXPECT_EQ(ToHex(batch.zero_encrypted), kZeroEncrypted);
  EXPECT_TRUE(batch.macs.empty());
}

INSTANTIATE_TEST_SUITE_P(Modules, CmacBatchTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::pkcs11
