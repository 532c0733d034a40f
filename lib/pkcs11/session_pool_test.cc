#include "lib/pkcs11/session_pool.h"

#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::pkcs11 {
namespace {

class SessionPoolTest : public testing::TestWithParam<TestModule> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(test_token_, TestToken::Create(GetParam()));
    ASSERT_OK_AND_ASSIGN(token_,
                         Token::Open(test_token_->Options(Access::kReadOnly)));
  }

  std::unique_ptr<SessionPool> MakePool(size_t limit, absl::Duration deadline) {
    return std::make_unique<SessionPool>(
        [this] { return token_->OpenSession(Access::kReadOnly); },
        SessionPool::Options{limit, deadline});
  }

  // Makes `session` a broken one.
  static void Break(Session& session) {
    (void)session.Encrypt(Mechanism::Plain(CKM_AES_ECB), ObjectHandle{12345},
                          Bytes(16));
    ASSERT_TRUE(session.broken());
  }

  std::unique_ptr<TestToken> test_token_;
  std::unique_ptr<Token> token_;
};

TEST_P(SessionPoolTest, LendsNoMoreThanItsLimit) {
  const auto pool = MakePool(2, absl::Milliseconds(1));
  ASSERT_OK_AND_ASSIGN(const auto first, pool->Borrow());
  ASSERT_OK_AND_ASSIGN(const auto second, pool->Borrow());
  EXPECT_EQ(pool->lent(), 2u);
  EXPECT_THAT(pool->Borrow(),
              StatusIs(absl::StatusCode::kUnavailable,
                       "all 2 HSM sessions are in use; waited 1ms"));
}

TEST_P(SessionPoolTest, LendsAgainWhatCameBack) {
  const auto pool = MakePool(1, absl::Seconds(5));
  CK_SESSION_HANDLE handle = 0;
  {
    ASSERT_OK_AND_ASSIGN(auto lease, pool->Borrow());
    handle = lease->handle();
  }
  EXPECT_EQ(pool->lent(), 0u);
  ASSERT_OK_AND_ASSIGN(auto lease, pool->Borrow());
  EXPECT_EQ(lease->handle(), handle);
}

TEST_P(SessionPoolTest, ReopensAfterABrokenOne) {
  const auto pool = MakePool(1, absl::Seconds(5));
  CK_SESSION_HANDLE handle = 0;
  {
    ASSERT_OK_AND_ASSIGN(auto lease, pool->Borrow());
    handle = lease->handle();
    Break(*lease);
  }
  CK_SESSION_INFO info = {};
  EXPECT_THAT(token_->module().Call(&CK_FUNCTION_LIST::C_GetSessionInfo,
                                    "C_GetSessionInfo", handle, &info),
              StatusIs(absl::StatusCode::kUnavailable));  // it is closed
  ASSERT_OK_AND_ASSIGN(auto lease, pool->Borrow());
  EXPECT_FALSE(lease->broken());
  Bytes random(8);
  EXPECT_OK(lease->FillRandom(absl::MakeSpan(random)));
}

TEST_P(SessionPoolTest, WakesAWaiterWhenASessionComesBack) {
  const auto pool = MakePool(1, absl::Seconds(60));
  absl::Notification borrowed;
  std::thread holder([&] {
    const auto lease = pool->Borrow();
    EXPECT_OK(lease);
    borrowed.Notify();
  });
  borrowed.WaitForNotification();
  EXPECT_OK(pool->Borrow());
  holder.join();
}

TEST_P(SessionPoolTest, KeepsItsPlacesWhenOpeningFails) {
  SessionPool pool([] { return absl::UnavailableError("no HSM"); },
                   {1, absl::Seconds(60)});
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(pool.Borrow(),
                StatusIs(absl::StatusCode::kUnavailable, "no HSM"));
  }
  EXPECT_EQ(pool.lent(), 0u);
}

absl::StatusOr<Object> MakeKey(Session& session) {
  const KeySpec spec = {
      CKK_AES, 16, static_cast<unsigned>(Usage::kEncrypt), {CKM_AES_ECB}};
  return session.GenerateKey(CKM_AES_KEY_GEN,
                             TemplateBuilder(TemplateRules()).SessionKey(spec));
}

absl::Status Use(Session& session, ObjectHandle key) {
  return session.Encrypt(Mechanism::Plain(CKM_AES_ECB), key, Bytes(16))
      .status();
}

TEST_P(SessionPoolTest, KeepsAnObjectFromLeaseToLease) {
  const auto pool = MakePool(2, absl::Seconds(5));
  ASSERT_OK_AND_ASSIGN(auto other, pool->Borrow());
  PooledObject key;
  {
    ASSERT_OK_AND_ASSIGN(auto lease, pool->Borrow());
    ASSERT_OK_AND_ASSIGN(Object made, MakeKey(*lease));
    key = PooledObject(*pool, std::move(made));
  }
  EXPECT_OK(Use(*other, key.handle()));
  const ObjectHandle handle = key.handle();
  key = PooledObject();
  EXPECT_TRUE(IsObjectGone(Use(*other, handle)));
}

TEST_P(SessionPoolTest, DestroysADiscardedObjectWhenASessionComesBack) {
  const auto pool = MakePool(1, absl::Seconds(5));
  ASSERT_OK_AND_ASSIGN(Session outside, token_->OpenSession(Access::kReadOnly));
  ObjectHandle handle = kNoObject;
  {
    ASSERT_OK_AND_ASSIGN(auto lease, pool->Borrow());
    ASSERT_OK_AND_ASSIGN(Object made, MakeKey(*lease));
    { const PooledObject key(*pool, std::move(made)); }
    Template all;
    all.AddUlong(CKA_CLASS, CKO_SECRET_KEY);
    ASSERT_OK_AND_ASSIGN(const auto found, lease->Find(all));
    ASSERT_EQ(found.size(), 1u);  // no session is free to destroy it
    handle = found[0];
  }
  EXPECT_TRUE(IsObjectGone(Use(outside, handle)));
}

TEST_P(SessionPoolTest, ServesManyThreadsWithFewSessions) {
  const auto pool = MakePool(2, absl::Seconds(60));
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        auto lease = pool->Borrow();
        ASSERT_OK(lease);
        Bytes random(8);
        EXPECT_OK((*lease)->FillRandom(absl::MakeSpan(random)));
        if (i % 10 == t) Break(**lease);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(pool->lent(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Modules, SessionPoolTest,
                         testing::Values(TestModule::kSoftHsm,
                                         TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::pkcs11
