#include "lib/store/migrations.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/store/testing/temporary_database.h"

namespace cardferry::store {
namespace {

using testing::HasSubstr;

class MigrationsTest : public testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Database>> Open(
      const std::vector<Migration>& migrations) {
    DatabaseOptions options;
    options.url = file_.url();
    return Database::Open(options, migrations);
  }

  const Migration agents_ = {"agents", {"CREATE TABLE agents (name TEXT)"}};
  const Migration cards_ = {"cards",
                            {"CREATE TABLE cards (id TEXT)",
                             "INSERT INTO cards (id) VALUES ('first')"}};
  const TemporaryDatabase file_;
};

TEST_F(MigrationsTest, AppliesEachStepOnce) {
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto database, Open({agents_, cards_}));
    ASSERT_OK_AND_ASSIGN(const auto rows,
                         database->Query("SELECT id FROM cards"));
    EXPECT_EQ(rows.size(), 1u);
  }
}

TEST_F(MigrationsTest, AppliesTheStepsThatAreNew) {
  ASSERT_OK(Open({agents_}));
  ASSERT_OK_AND_ASSIGN(const auto database, Open({agents_, cards_}));
  EXPECT_OK(database->QueryOne("SELECT id FROM cards"));
  ASSERT_OK_AND_ASSIGN(const auto rows,
                       database->Query("SELECT version, name, statements FROM"
                                       " schema_migrations ORDER BY version"));
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1][0], "2");
  EXPECT_EQ(rows[1][1], "cards");
  EXPECT_EQ(rows[1][2],
            "CREATE TABLE cards (id TEXT);\n"
            "INSERT INTO cards (id) VALUES ('first')");
}

TEST_F(MigrationsTest, RefusesADatabaseThatIsNewer) {
  ASSERT_OK(Open({agents_, cards_}));
  EXPECT_THAT(Open({agents_}), StatusIs(absl::StatusCode::kFailedPrecondition,
                                        HasSubstr("schema version 2")));
}

TEST_F(MigrationsTest, RefusesAStepThatWasChangedAfterwards) {
  ASSERT_OK(Open({agents_, cards_}));
  Migration changed = agents_;
  changed.statements[0] = "CREATE TABLE agents (name TEXT, seen BIGINT)";
  EXPECT_THAT(
      Open({changed, cards_}),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("step 1")));
}

TEST_F(MigrationsTest, AStepThatFailsLeavesNothingBehind) {
  const Migration broken = {"broken",
                            {"CREATE TABLE half (a TEXT)", "CREATE NONSENSE"}};
  EXPECT_THAT(Open({agents_, broken}),
              StatusIs(absl::StatusCode::kInternal,
                       HasSubstr("schema step 2 (broken)")));
  ASSERT_OK_AND_ASSIGN(const auto database, Open({}));
  ASSERT_OK_AND_ASSIGN(
      const auto rows,
      database->Query("SELECT name FROM sqlite_master WHERE name IN"
                      " ('half', 'agents')"));
  EXPECT_EQ(rows.size(), 0u);
}

}  // namespace
}  // namespace cardferry::store
