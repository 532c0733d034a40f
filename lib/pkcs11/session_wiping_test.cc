// What is decrypted is wiped before its memory is given back, but in the
// answer: this program looks into memory that is freed.
#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/session.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::pkcs11 {
namespace {

// SP 800-38A, F.2.1: key, and two blocks with what they encrypt to.
constexpr char kKey[] = "2B7E151628AED2A6ABF7158809CF4F3C";
constexpr char kIv[] = "000102030405060708090A0B0C0D0E0F";
constexpr char kPlain[] =
    "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51";
constexpr char kCbc[] =
    "7649ABAC8119B246CEE98E9B12E9197D5086CB9B507219EE95DB113A917678B2";

constexpr size_t kBlock = 16;

// Looks for these bytes in what this thread frees.
thread_local const uint8_t* looked_for = nullptr;
thread_local int found = 0;

void LookInto(const void* memory, size_t size) {
  if (looked_for != nullptr && memmem(memory, size, looked_for, kBlock)) {
    ++found;
  }
}

}  // namespace
}  // namespace cardferry::pkcs11

void* operator new(size_t size) {
  void* const memory = std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) std::abort();
  return memory;
}
void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  cardferry::pkcs11::LookInto(memory, malloc_usable_size(memory));
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept { operator delete(memory); }

namespace cardferry::pkcs11 {
namespace {

class SessionWipingTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, TestToken::Create(GetParam()));
    ASSERT_OK_AND_ASSIGN(token_,
                         Token::Open(test_token_->Options(Access::kReadOnly)));
    const TemplateBuilder builder(
        TemplateRulesFor(token_->module().manufacturer()));
    ASSERT_OK_AND_ASSIGN(
        key_, session().ImportKey(
                  SecretBytes::CopyOf(FromHexOrDie(kKey)),
                  builder.ImportedSessionKey({CKK_AES,
                                              16,
                                              Usage::kEncrypt | Usage::kDecrypt,
                                              {CKM_AES_CBC}})));
  }

  Session& session() { return token_->keep_alive(); }

  // How often the first block was found while `text` was decrypted, a block a
  // call.
  int FoundWhileDecrypting(const Bytes& text, absl::StatusOr<Bytes>& answer) {
    const Bytes plain = FromHexOrDie(kPlain);
    const Bytes iv = FromHexOrDie(kIv);
    looked_for = plain.data();
    found = 0;
    answer = session().DecryptCbc(key_.handle(), iv, text, kBlock);
    looked_for = nullptr;
    return found;
  }

  std::unique_ptr<TestToken> test_token_;
  std::unique_ptr<Token> token_;
  Object key_;
};

TEST_P(SessionWipingTest, ItLooksIntoMemoryThatIsFreed) {
  const Bytes plain = FromHexOrDie(kPlain);
  auto copy = std::make_unique<Bytes>(plain);
  looked_for = plain.data();
  found = 0;
  copy.reset();
  looked_for = nullptr;
  EXPECT_EQ(found, 1);
}

TEST_P(SessionWipingTest, WhatIsDecryptedIsInTheAnswerAlone) {
  absl::StatusOr<Bytes> answer = Bytes();
  EXPECT_EQ(FoundWhileDecrypting(FromHexOrDie(kCbc), answer), 0);
  EXPECT_THAT(answer, IsOkAndHolds(FromHexOrDie(kPlain)));
}

TEST_P(SessionWipingTest, WhatIsDecryptedGoesWithAFailure) {
  Bytes text = FromHexOrDie(kCbc);
  text.resize(kBlock + kBlock / 2);
  absl::StatusOr<Bytes> answer = Bytes();
  EXPECT_EQ(FoundWhileDecrypting(text, answer), 0);
  EXPECT_FALSE(answer.ok());
}

INSTANTIATE_TEST_SUITE_P(Modules, SessionWipingTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::pkcs11
