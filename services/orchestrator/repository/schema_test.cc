#include "services/orchestrator/repository/schema.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/repository/testing/database_fixture.h"

namespace cardferry::orchestrator {
namespace {

TEST(Schema, IsAppliedOnceAndStaysThroughARestart) {
  DatabaseFixture db;
  db.AddBrokerage();
  db.Reopen();
  EXPECT_OK(db.database().QueryOne("SELECT name FROM applications"));
}

TEST(Schema, AJobNeedsAnApplication) {
  DatabaseFixture db;
  EXPECT_THAT(
      db.database().Execute(
          "INSERT INTO jobs (application, agent, reader, card_id, state, "
          "message, created_us) VALUES ('none', 'a', '', '', 1, '', 0)"),
      StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace cardferry::orchestrator
