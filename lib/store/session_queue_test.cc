#include "lib/store/session_queue.h"

#include <fstream>
#include <thread>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/store/testing/temporary_database.h"

namespace cardferry::store {
namespace {

class SessionQueueTest : public testing::Test {
 protected:
  SessionQueueTest() { std::ofstream(file_.path()).close(); }

  static absl::Time Soon() { return absl::Now() + absl::Seconds(8); }

  const TemporaryDatabase file_;
  SessionQueue queue_{file_.path(), SqliteSession::Kind::kWriter, 2};
};

TEST_F(SessionQueueTest, LendsNoMoreThanItsLimit) {
  auto first = queue_.Take(Soon());
  ASSERT_OK(first);
  {
    auto second = queue_.Take(Soon());
    ASSERT_OK(second);
    EXPECT_THAT(queue_.Take(absl::InfinitePast()).status(),
                StatusIs(absl::StatusCode::kUnavailable));
  }
  EXPECT_OK(queue_.Take(absl::InfinitePast()).status());
}

TEST_F(SessionQueueTest, WakesTheOneThatWaits) {
  auto first = std::make_unique<SessionQueue::Lease>(*queue_.Take(Soon()));
  auto second = queue_.Take(Soon());
  ASSERT_OK(second);
  std::thread waiting([&] { EXPECT_OK(queue_.Take(Soon()).status()); });
  first.reset();
  waiting.join();
}

TEST_F(SessionQueueTest, LendsTheSameConnectionAgain) {
  const SqliteSession* before = &**queue_.Take(Soon());
  EXPECT_EQ(&**queue_.Take(Soon()), before);
}

TEST_F(SessionQueueTest, AForgottenTransactionIsTakenBack) {
  {
    auto lease = queue_.Take(Soon());
    ASSERT_OK(lease);
    ASSERT_OK((*lease)->Run("BEGIN IMMEDIATE"));
    ASSERT_OK((*lease)->Run("CREATE TABLE t (a TEXT)"));
    EXPECT_TRUE((*lease)->InTransaction());
  }
  auto lease = queue_.Take(Soon());
  ASSERT_OK(lease);
  EXPECT_FALSE((*lease)->InTransaction());
  EXPECT_FALSE((*lease)->Run("SELECT * FROM t").ok());
}

TEST_F(SessionQueueTest, AConnectionThatCannotBeOpenedDoesNotUseUpThePlace) {
  SessionQueue queue("/nowhere/test.db", SqliteSession::Kind::kWriter, 1);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(queue.Take(absl::InfinitePast()).status(),
                StatusIs(absl::StatusCode::kUnavailable));
  }
}

}  // namespace
}  // namespace cardferry::store
