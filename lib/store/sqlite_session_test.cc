#include "lib/store/sqlite_session.h"

#include <fstream>
#include <iterator>
#include <string>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/store/testing/temporary_database.h"

namespace cardferry::store {
namespace {

using testing::HasSubstr;
using Kind = SqliteSession::Kind;

class SqliteSessionTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(writer_,
                         SqliteSession::Open(file_.path(), Kind::kWriter));
    ASSERT_OK(
        writer_->Run("CREATE TABLE t (id BIGINT PRIMARY KEY, a TEXT,"
                     " CHECK (a <> 'bad'))"));
  }

  const TemporaryDatabase file_;
  std::unique_ptr<SqliteSession> writer_;
};

TEST_F(SqliteSessionTest, EveryKindOfErrorHasItsCode) {
  ASSERT_OK(writer_->Run("INSERT INTO t VALUES (1, 'x')"));
  EXPECT_THAT(writer_->Run("INSERT INTO t VALUES (1, 'y')"),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(writer_->Run("INSERT INTO t VALUES (2, 'bad')"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(writer_->Run("SELECT nothing FROM t"),
              StatusIs(absl::StatusCode::kInternal));
  ASSERT_OK(writer_->Run("PRAGMA max_page_count = 1"));
  EXPECT_THAT(writer_->Run("INSERT INTO t VALUES (:id, :a)",
                           {{"id", 3}, {"a", std::string(1 << 20, 'x')}}),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(SqliteSessionTest, AFileThatCannotBeOpenedIsUnavailable) {
  EXPECT_THAT(SqliteSession::Open("/nowhere/test.db", Kind::kReader),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(SqliteSessionTest, ADamagedFileIsDataLoss) {
  ASSERT_OK(writer_->Run("INSERT INTO t VALUES (1, 'x')"));
  ASSERT_OK(writer_->Run("PRAGMA wal_checkpoint(TRUNCATE)"));
  writer_.reset();
  {
    std::fstream file(file_.path());
    file.seekp(4096);  // the second page: the table's root
    file << std::string(4096, '\xFF');
  }
  auto reader = SqliteSession::Open(file_.path(), Kind::kReader);
  ASSERT_OK(reader);
  EXPECT_THAT((*reader)->Run("SELECT * FROM t"),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(SqliteSessionTest, WhatIsForgottenIsNotInTheFile) {
  ASSERT_OK(writer_->Run("INSERT INTO t VALUES (1, 'account 4711')"));
  ASSERT_OK(writer_->Run("PRAGMA wal_checkpoint(TRUNCATE)"));
  const auto holds_it = [this] {
    std::ifstream file(file_.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)),
                            std::istreambuf_iterator<char>());
    return bytes.find("account 4711") != std::string::npos;
  };
  ASSERT_TRUE(holds_it());
  ASSERT_OK(writer_->Run("UPDATE t SET a = NULL"));
  ASSERT_OK(writer_->Run("PRAGMA wal_checkpoint(TRUNCATE)"));
  EXPECT_FALSE(holds_it());
  ASSERT_OK_AND_ASSIGN(const SqliteSession::Result on,
                       writer_->Run("PRAGMA secure_delete"));
  EXPECT_EQ(on.rows[0][0], "1");
}

TEST_F(SqliteSessionTest, AReaderCannotWrite) {
  auto reader = SqliteSession::Open(file_.path(), Kind::kReader);
  ASSERT_OK(reader);
  EXPECT_OK((*reader)->Run("SELECT * FROM t"));
  EXPECT_THAT((*reader)->Run("DELETE FROM t"),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("readonly")));
}

TEST_F(SqliteSessionTest, RunPatientlyGivesUpAtItsDeadline) {
  auto other = SqliteSession::Open(file_.path(), Kind::kWriter);
  ASSERT_OK(other);
  ASSERT_OK(writer_->Run("BEGIN IMMEDIATE"));
  EXPECT_THAT((*other)->RunPatiently("BEGIN IMMEDIATE", absl::Now()),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE((*other)->InTransaction());
  ASSERT_OK(writer_->Run("COMMIT"));
  EXPECT_OK((*other)->RunPatiently("BEGIN IMMEDIATE", absl::Now()));
  EXPECT_TRUE((*other)->InTransaction());
}

TEST_F(SqliteSessionTest, RunPatientlyDoesNotRepeatOtherErrors) {
  EXPECT_THAT(
      writer_->RunPatiently("CREATE TABLE t (a TEXT)", absl::InfiniteFuture()),
      StatusIs(absl::StatusCode::kInternal));
}

TEST_F(SqliteSessionTest, ALargeNumberComesBackWhole) {
  ASSERT_OK(writer_->Run("INSERT INTO t VALUES (:id, :a)",
                         {{"id", int64_t{1} << 62}, {"a", std::nullopt}}));
  ASSERT_OK_AND_ASSIGN(const auto result, writer_->Run("SELECT * FROM t"));
  ASSERT_EQ(result.rows.size(), 1u);
  EXPECT_EQ(result.rows[0][0], "4611686018427387904");
  EXPECT_EQ(result.rows[0][1], std::nullopt);
}

}  // namespace
}  // namespace cardferry::store
