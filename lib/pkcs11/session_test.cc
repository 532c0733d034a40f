#include "lib/pkcs11/session.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::pkcs11 {
namespace {

// SP 800-38A, F.1.1 and F.2.1: key, two blocks, and what they encrypt to.
constexpr char kKey[] = "2B7E151628AED2A6ABF7158809CF4F3C";
constexpr char kIv[] = "000102030405060708090A0B0C0D0E0F";
constexpr char kPlain[] =
    "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51";
constexpr char kEcb[] =
    "3AD77BB40D7A3660A89ECAF32466EF97F5D3D58503B9699DE785895A96FDBAAF";
constexpr char kCbc[] =
    "7649ABAC8119B246CEE98E9B12E9197D5086CB9B507219EE95DB113A917678B2";

class SessionTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, TestToken::Create(GetParam()));
    ASSERT_OK_AND_ASSIGN(token_,
                         Token::Open(test_token_->Options(Access::kReadWrite)));
    builder_ = std::make_unique<TemplateBuilder>(
        TemplateRulesFor(token_->module().manufacturer()));
  }

  Session& session() { return token_->keep_alive(); }

  absl::StatusOr<Object> Import(const KeySpec& spec) {
    return session().ImportKey(SecretBytes::CopyOf(FromHexOrDie(kKey)),
                               builder_->ImportedSessionKey(spec));
  }

  const KeySpec encrypt_ = {CKK_AES,
                            16,
                            static_cast<unsigned>(Usage::kEncrypt),
                            {CKM_AES_ECB, CKM_AES_CBC}};
  std::unique_ptr<TestToken> test_token_;
  std::unique_ptr<Token> token_;
  std::unique_ptr<TemplateBuilder> builder_;
};

TEST_P(SessionTest, EncryptsAsPublished) {
  ASSERT_OK_AND_ASSIGN(const Object key, Import(encrypt_));
  ASSERT_OK_AND_ASSIGN(const Bytes ecb,
                       session().Encrypt(Mechanism::Plain(CKM_AES_ECB),
                                         key.handle(), FromHexOrDie(kPlain)));
  EXPECT_EQ(ToHex(ecb), kEcb);
  ASSERT_OK_AND_ASSIGN(const Bytes cbc,
                       session().Encrypt(Mechanism::AesCbc(FromHexOrDie(kIv)),
                                         key.handle(), FromHexOrDie(kPlain)));
  EXPECT_EQ(ToHex(cbc), kCbc);
}

TEST_P(SessionTest, SplitsCbcAtTheLimitWithTheSameResult) {
  ASSERT_OK_AND_ASSIGN(const Object key, Import(encrypt_));
  const uint64_t before = token_->module().call_count();
  ASSERT_OK_AND_ASSIGN(const Bytes whole,
                       session().EncryptCbc(key.handle(), FromHexOrDie(kIv),
                                            FromHexOrDie(kPlain), 32));
  EXPECT_EQ(token_->module().call_count() - before, 2u);
  ASSERT_OK_AND_ASSIGN(const Bytes split,
                       session().EncryptCbc(key.handle(), FromHexOrDie(kIv),
                                            FromHexOrDie(kPlain), 16));
  EXPECT_EQ(token_->module().call_count() - before, 6u);
  EXPECT_EQ(ToHex(whole), kCbc);
  EXPECT_EQ(ToHex(split), kCbc);
}

TEST_P(SessionTest, DoesNotLetAKeyDoWhatItIsNotFor) {
  KeySpec mac_only = encrypt_;
  mac_only.usages = static_cast<unsigned>(Usage::kSign);
  ASSERT_OK_AND_ASSIGN(const Object key, Import(mac_only));
  EXPECT_FALSE(session()
                   .Encrypt(Mechanism::Plain(CKM_AES_ECB), key.handle(),
                            FromHexOrDie(kPlain))
                   .ok());
}

TEST_P(SessionTest, GivesNoKeyValue) {
  ASSERT_OK_AND_ASSIGN(const Object key, Import(encrypt_));
  EXPECT_THAT(session().GetBytes(key.handle(), CKA_VALUE),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_FALSE(session().broken());
}

TEST_P(SessionTest, DestroysASessionObjectWithItsOwner) {
  ObjectHandle gone = kNoObject;
  {
    ASSERT_OK_AND_ASSIGN(const Object key, Import(encrypt_));
    gone = key.handle();
    Template aes;
    aes.AddUlong(CKA_KEY_TYPE, CKK_AES);
    EXPECT_THAT(session().Find(aes),
                IsOkAndHolds(testing::ElementsAre(key.handle())));
  }
  const auto used = session().Encrypt(Mechanism::Plain(CKM_AES_ECB), gone,
                                      FromHexOrDie(kPlain));
  EXPECT_TRUE(IsObjectGone(used.status())) << used.status();
}

TEST_P(SessionTest, IsBrokenAfterAFailedOperation) {
  EXPECT_FALSE(session().broken());
  EXPECT_FALSE(session()
                   .Encrypt(Mechanism::Plain(CKM_AES_ECB), ObjectHandle{12345},
                            FromHexOrDie(kPlain))
                   .ok());
  EXPECT_TRUE(session().broken());
}

TEST_P(SessionTest, CopiesASessionKeyToTheTokenAndBack) {
  ASSERT_OK_AND_ASSIGN(
      const Object master,
      session().GenerateKey(CKM_AES_KEY_GEN, builder_->NewMaster(encrypt_)));
  const uint8_t id[] = {0x42};
  ASSERT_OK_AND_ASSIGN(
      const ObjectHandle kept,
      session().CopyToToken(master.handle(),
                            builder_->CopyToToken("a label", id)));
  ASSERT_OK_AND_ASSIGN(const Object copy, session().CopyToSession(
                                              kept, builder_->CopyToSession()));
  const auto encrypt = [&](ObjectHandle key) {
    return session()
        .Encrypt(Mechanism::Plain(CKM_AES_ECB), key, FromHexOrDie(kPlain))
        .value();
  };
  EXPECT_EQ(encrypt(kept), encrypt(master.handle()));
  EXPECT_EQ(encrypt(copy.handle()), encrypt(master.handle()));
  EXPECT_THAT(session().GetBool(kept, CKA_TOKEN), IsOkAndHolds(true));
  EXPECT_THAT(session().GetBool(copy.handle(), CKA_TOKEN), IsOkAndHolds(false));
}

TEST_P(SessionTest, SignsNothingToo) {
  const KeySpec cmac = {
      CKK_AES, 16, static_cast<unsigned>(Usage::kSign), {CKM_AES_CMAC}};
  ASSERT_OK_AND_ASSIGN(const Object key, Import(cmac));
  // SP 800-38B, D.1, example 1.
  ASSERT_OK_AND_ASSIGN(
      const Bytes mac,
      session().Sign(Mechanism::Plain(CKM_AES_CMAC), key.handle(), ByteSpan()));
  EXPECT_EQ(ToHex(mac), "BB1D6929E95937287FA37D129B756746");
}

TEST_P(SessionTest, FillsWithDifferentRandomBytes) {
  Bytes first(32), second(32);
  ASSERT_OK(session().FillRandom(absl::MakeSpan(first)));
  ASSERT_OK(session().FillRandom(absl::MakeSpan(second)));
  EXPECT_NE(first, second);
}

INSTANTIATE_TEST_SUITE_P(Modules, SessionTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::pkcs11
