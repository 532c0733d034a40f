#include "lib/store/database.h"

#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/store/testing/temporary_database.h"

namespace cardferry::store {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<Migration> Schema() {
  return {{"agents",
           {"CREATE TABLE agents (name TEXT NOT NULL PRIMARY KEY,"
            " seen BIGINT, key TEXT)"}},
          {"readers",
           {"CREATE TABLE readers (agent TEXT NOT NULL REFERENCES agents,"
            " name TEXT NOT NULL, UNIQUE (agent, name))"}}};
}

class DatabaseTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(database_, Database::Open(options(), Schema()));
  }

  DatabaseOptions options() const {
    DatabaseOptions options;
    options.url = file_.url();
    options.patience = absl::Seconds(2);
    return options;
  }

  absl::Status AddAgent(absl::string_view name) {
    return database_
        ->Execute("INSERT INTO agents (name) VALUES (:name)", {{"name", name}})
        .status();
  }
  int Agents() {
    int count = -1;
    const absl::StatusOr<Row> row =
        database_->QueryOne("SELECT COUNT(*) FROM agents");
    EXPECT_OK(row);
    if (row.ok()) {
      EXPECT_OK(row->Read(count));
    }
    return count;
  }

  const TemporaryDatabase file_;
  std::unique_ptr<Database> database_;
};

TEST_F(DatabaseTest, GivesBackWhatWasStored) {
  const absl::Time seen = absl::FromUnixMicros(1700000000123456);
  const Bytes key = {0x00, 0xFF, 0x27, 0x00};
  EXPECT_THAT(
      database_->Execute("INSERT INTO agents (name, seen, key)"
                         " VALUES (:name, :seen, :key)",
                         {{"name", "kiosk-1"}, {"seen", seen}, {"key", key}}),
      IsOkAndHolds(1));
  ASSERT_OK_AND_ASSIGN(
      const Row row,
      database_->QueryOne("SELECT seen, key, name FROM agents"
                          " WHERE name = :name AND seen <= :seen",
                          {{"seen", seen}, {"name", "kiosk-1"}}));
  absl::Time read_seen;
  Bytes read_key;
  std::string name;
  ASSERT_OK(row.Read(read_seen, read_key, name));
  EXPECT_EQ(read_seen, seen);
  EXPECT_EQ(read_key, key);
  EXPECT_EQ(name, "kiosk-1");
}

TEST_F(DatabaseTest, TellsNullFromEmptyText) {
  ASSERT_OK(database_->Execute(
      "INSERT INTO agents (name, seen, key) VALUES ('a', :seen, :key)",
      {{"seen", std::optional<absl::Time>()}, {"key", ""}}));
  ASSERT_OK_AND_ASSIGN(const Row row,
                       database_->QueryOne("SELECT seen, key FROM agents"));
  EXPECT_EQ(row[0], std::nullopt);
  EXPECT_EQ(row[1], "");
}

TEST_F(DatabaseTest, HostileTextIsJustText) {
  for (const std::string text :
       {"'; DROP TABLE agents; --", "\"", "`", "\\", "%_", ":name", "?1",
        "\xF0\x9F\x92\xB3", "line\nline\r\t\x01", "NULL"}) {
    ASSERT_OK(AddAgent(text));
    ASSERT_OK_AND_ASSIGN(
        const Row row,
        database_->QueryOne("SELECT name FROM agents WHERE name = :name",
                            {{"name", text}}));
    EXPECT_EQ(row[0], text);
  }
  EXPECT_EQ(Agents(), 10);
}

TEST_F(DatabaseTest, RefusesTextThatNotEveryDatabaseCanHold) {
  EXPECT_THAT(AddAgent(absl::string_view("kiosk\0evil", 10)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "the text for name has a NUL or is not UTF-8"));
  EXPECT_THAT(AddAgent("\xC3("), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(Agents(), 0);
}

TEST_F(DatabaseTest, LongTextComesBackWhole) {
  const std::string text(1 << 20, 'x');
  ASSERT_OK(AddAgent(text));
  ASSERT_OK_AND_ASSIGN(const Row row,
                       database_->QueryOne("SELECT name FROM agents"));
  EXPECT_EQ(row[0], text);
}

TEST_F(DatabaseTest, OneParameterMayStandInSeveralPlaces) {
  ASSERT_OK_AND_ASSIGN(
      const Row row,
      database_->QueryOne("SELECT :a, :b, :a", {{"b", 2}, {"a", 1}}));
  EXPECT_EQ(row[0], "1");
  EXPECT_EQ(row[1], "2");
  EXPECT_EQ(row[2], "1");
}

TEST_F(DatabaseTest, RefusesParametersThatDoNotFitTheStatement) {
  constexpr auto kInternal = absl::StatusCode::kInternal;
  EXPECT_THAT(database_->Query("SELECT :a, :b", {{"a", 1}}),
              StatusIs(kInternal, HasSubstr("2 parameters, 1 are given")));
  EXPECT_THAT(database_->Query("SELECT :a", {{"a", 1}, {"b", 1}}),
              StatusIs(kInternal));
  EXPECT_THAT(database_->Query("SELECT :a", {{"b", 1}}), StatusIs(kInternal));
}

TEST_F(DatabaseTest, ReturnsWhatAStatementReturns) {
  ASSERT_OK_AND_ASSIGN(const std::vector<Row> rows,
                       database_->Write([](Transaction& transaction) {
                         return transaction.Query(
                             "INSERT INTO agents (name) VALUES ('a'), ('b')"
                             " RETURNING name");
                       }));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1][0], "b");
  EXPECT_THAT(database_->Execute("UPDATE agents SET key = 'k'"),
              IsOkAndHolds(2));
  EXPECT_THAT(database_->Execute("DELETE FROM agents WHERE name = 'c'"),
              IsOkAndHolds(0));
}

TEST_F(DatabaseTest, SaysWhatKindOfErrorItIs) {
  ASSERT_OK(AddAgent("a"));
  EXPECT_THAT(AddAgent("a"), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(database_->Execute("INSERT INTO agents (name) VALUES (:n)",
                                 {{"n", std::nullopt}}),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(database_->Execute(
                  "INSERT INTO readers (agent, name) VALUES ('nobody', 'r')"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_THAT(database_->Execute("INSERT INTO nowhere VALUES (1)"),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_THAT(database_->Query("SELEC"), StatusIs(absl::StatusCode::kInternal));
}

TEST_F(DatabaseTest, ErrorsDoNotRepeatWhatIsStored) {
  ASSERT_OK(AddAgent("Jane Doe"));
  const absl::Status status = AddAgent("Jane Doe");
  EXPECT_THAT(std::string(status.message()), HasSubstr("agents.name"));
  EXPECT_THAT(std::string(status.message()), testing::Not(HasSubstr("Jane")));
}

TEST_F(DatabaseTest, QueryOneWantsExactlyOne) {
  EXPECT_THAT(database_->QueryOne("SELECT name FROM agents"),
              StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK(AddAgent("a"));
  ASSERT_OK(AddAgent("b"));
  EXPECT_THAT(database_->QueryOne("SELECT name FROM agents"),
              StatusIs(absl::StatusCode::kInternal));
}

TEST_F(DatabaseTest, TakesEverythingBackWhenTheWorkFails) {
  const absl::Status status = database_->Write([](Transaction& transaction)
                                                   -> absl::Status {
    RETURN_IF_ERROR(
        transaction.Execute("INSERT INTO agents (name) VALUES ('a')").status());
    return absl::AbortedError("changed my mind");
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted, "changed my mind"));
  EXPECT_EQ(Agents(), 0);
}

TEST_F(DatabaseTest, AFailedStatementCannotBeOverlooked) {
  bool second_ran = false;
  const absl::Status status = database_->Write([&](Transaction& transaction) {
    (void)transaction.Execute("INSERT INTO agents (name) VALUES ('a')");
    (void)transaction.Execute("INSERT INTO agents (name) VALUES ('a')");
    second_ran =
        transaction.Execute("INSERT INTO agents (name) VALUES ('b')").ok();
    return absl::OkStatus();
  });
  EXPECT_FALSE(second_ran);
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(Agents(), 0);
}

TEST_F(DatabaseTest, WritingWhileReadingIsRefused) {
  const absl::Status status =
      database_
          ->Read([](Transaction& transaction) {
            return transaction.Execute(
                "INSERT INTO agents (name) VALUES ('a')");
          })
          .status();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInternal));
  EXPECT_EQ(Agents(), 0);
}

TEST_F(DatabaseTest, ATransactionInsideATransactionIsRefused) {
  EXPECT_THAT(database_->Write([&](Transaction&) { return AddAgent("a"); }),
              StatusIs(absl::StatusCode::kInternal));
  EXPECT_OK(AddAgent("a"));
}

TEST_F(DatabaseTest, ReadersSeeOneStateAndDoNotWaitForAWriter) {
  const absl::Status status =
      database_->Read([&](Transaction& transaction) -> absl::Status {
        RETURN_IF_ERROR(transaction.Query("SELECT * FROM agents").status());
        std::thread([&] { EXPECT_OK(AddAgent("late")); }).join();
        ASSIGN_OR_RETURN(const std::vector<Row> rows,
                         transaction.Query("SELECT * FROM agents"));
        EXPECT_EQ(rows.size(), 0u);
        return absl::OkStatus();
      });
  EXPECT_OK(status);
  EXPECT_EQ(Agents(), 1);
}

TEST_F(DatabaseTest, NoIncrementIsLostBetweenThreadsAndProcesses) {
  ASSERT_OK(
      database_->Execute("INSERT INTO agents (name, seen) VALUES ('n', 0)"));
  // A second Database on the file is what another process would be.
  ASSERT_OK_AND_ASSIGN(const auto other, Database::Open(options(), Schema()));
  const auto increment = [](Database& database) {
    for (int i = 0; i < 25; ++i) {
      EXPECT_OK(database.Write([](Transaction& transaction) -> absl::Status {
        ASSIGN_OR_RETURN(const Row row,
                         transaction.QueryOne("SELECT seen FROM agents"));
        int64_t seen = 0;
        RETURN_IF_ERROR(row.Read(seen));
        return transaction
            .Execute("UPDATE agents SET seen = :seen", {{"seen", seen + 1}})
            .status();
      }));
    }
  };
  std::vector<std::thread> threads;
  for (Database* database :
       {database_.get(), database_.get(), other.get(), other.get()}) {
    threads.emplace_back([&increment, database] { increment(*database); });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_OK_AND_ASSIGN(const Row row,
                       database_->QueryOne("SELECT seen FROM agents"));
  EXPECT_EQ(row[0], "100");
}

TEST_F(DatabaseTest, GivesUpWaitingForAnotherProcessAfterItsPatience) {
  DatabaseOptions hasty = options();
  hasty.patience = absl::ZeroDuration();
  ASSERT_OK_AND_ASSIGN(const auto other, Database::Open(hasty, Schema()));
  EXPECT_OK(database_->Write([&](Transaction&) {
    EXPECT_THAT(other->Execute("DELETE FROM agents"),
                StatusIs(absl::StatusCode::kUnavailable));
    return absl::OkStatus();
  }));
  EXPECT_OK(other->Execute("DELETE FROM agents"));
}

TEST_F(DatabaseTest, GivesUpWaitingForAConnectionAfterItsPatience) {
  DatabaseOptions hasty = options();
  hasty.patience = absl::ZeroDuration();
  hasty.readers = 1;
  ASSERT_OK_AND_ASSIGN(const auto other, Database::Open(hasty, Schema()));
  EXPECT_OK(other->Read([&](Transaction&) {
    std::thread([&] {
      EXPECT_THAT(other->Query("SELECT 1"),
                  StatusIs(absl::StatusCode::kUnavailable,
                           "no database connection became free"));
    }).join();
    return absl::OkStatus();
  }));
  EXPECT_OK(other->Query("SELECT 1"));
}

TEST_F(DatabaseTest, TheFilesAreForTheirOwnerOnly) {
  ASSERT_OK(AddAgent("a"));
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat info;
    ASSERT_EQ(stat((file_.path() + suffix).c_str(), &info), 0) << suffix;
    EXPECT_EQ(info.st_mode & 0777, 0600u) << suffix;
  }
}

TEST_F(DatabaseTest, SurvivesAPowerCut) {
  ASSERT_OK_AND_ASSIGN(
      const auto settings,
      database_->Write([](Transaction& transaction) -> absl::StatusOr<Row> {
        return transaction.QueryOne(
            "SELECT (SELECT * FROM pragma_synchronous),"
            " (SELECT * FROM pragma_journal_mode),"
            " (SELECT * FROM pragma_foreign_keys)");
      }));
  EXPECT_EQ(settings[0], "2");  // FULL
  EXPECT_EQ(settings[1], "wal");
  EXPECT_EQ(settings[2], "1");
}

TEST(DatabaseOpenTest, RefusesAUrlThatItDoesNotUnderstand) {
  for (const char* url :
       {"", "orchestrator.db", "postgresql://db", "sqlite3://",
        "sqlite3:///tmp/a b.db", "sqlite3:///tmp/a\".db"}) {
    DatabaseOptions options;
    options.url = url;
    EXPECT_FALSE(Database::Open(options, {}).ok()) << url;
  }
}

TEST(DatabaseOpenTest, RefusesAFileThatIsNotADatabase) {
  const TemporaryDatabase file;
  std::FILE* const out = std::fopen(file.path().c_str(), "w");
  ASSERT_NE(out, nullptr);
  std::fputs(std::string(4096, 'x').c_str(), out);
  std::fclose(out);
  DatabaseOptions options;
  options.url = file.url();
  EXPECT_THAT(Database::Open(options, {}),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(DatabaseTest, TellsOfEachCommitAndOfNothingElse) {
  int heard = 0;
  database_->OnCommit([&heard] { ++heard; });
  ASSERT_OK(AddAgent("a"));
  EXPECT_EQ(heard, 1);
  EXPECT_FALSE(AddAgent("a").ok());
  EXPECT_EQ(Agents(), 1);
  EXPECT_EQ(heard, 1);
  // Outside of the transaction: the listener may write itself.
  database_->OnCommit([this] {
    database_->OnCommit(nullptr);
    EXPECT_OK(AddAgent("c"));
  });
  ASSERT_OK(AddAgent("b"));
  EXPECT_EQ(Agents(), 3);
}

std::string Contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_F(DatabaseTest, WhatIsDeletedGoesFromTheLogToo) {
  ASSERT_OK(AddAgent("personal-4711"));
  ASSERT_OK(database_->Execute("DELETE FROM agents"));
  EXPECT_THAT(Contents(file_.path() + "-wal"), HasSubstr("personal-4711"));
  EXPECT_THAT(database_->TruncateLog(), IsOkAndHolds(true));
  EXPECT_EQ(Contents(file_.path() + "-wal"), "");
  EXPECT_THAT(Contents(file_.path()), Not(HasSubstr("personal-4711")));
}

TEST_F(DatabaseTest, TheLogStaysWhileSomebodyReadsAnOlderState) {
  ASSERT_OK(AddAgent("a"));
  EXPECT_OK(database_->Read([&](Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(transaction.Query("SELECT name FROM agents").status());
    std::thread other([&] {
      EXPECT_OK(AddAgent("b"));
      EXPECT_THAT(database_->TruncateLog(), IsOkAndHolds(false));
    });
    other.join();
    return absl::OkStatus();
  }));
  EXPECT_THAT(database_->TruncateLog(), IsOkAndHolds(true));
}

}  // namespace
}  // namespace cardferry::store
