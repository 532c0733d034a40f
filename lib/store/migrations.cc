#include "lib/store/migrations.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "lib/base/status_macros.h"

namespace cardferry::store {
namespace {

// The statements themselves are kept, so that a change of an applied step is
// noticed and a person can see what made a database what it is.
constexpr char kCreateTable[] =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    " version BIGINT NOT NULL PRIMARY KEY,"
    " name TEXT NOT NULL,"
    " statements TEXT NOT NULL,"
    " applied BIGINT NOT NULL)";

std::string TextOf(const Migration& migration) {
  return absl::StrJoin(migration.statements, ";\n");
}

absl::Status CheckApplied(const std::vector<Row>& applied,
                          absl::Span<const Migration> migrations) {
  if (applied.size() > migrations.size()) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the database has schema version ", applied.size(),
        ", this program knows only ", migrations.size(), ": it is older"));
  }
  for (size_t i = 0; i < applied.size(); ++i) {
    int64_t version = 0;
    std::string statements;
    RETURN_IF_ERROR(applied[i].Read(version, statements));
    if (version != static_cast<int64_t>(i + 1) ||
        statements != TextOf(migrations[i])) {
      return absl::FailedPreconditionError(
          absl::StrCat("step ", i + 1, " of the database's schema is not \"",
                       migrations[i].name, "\" as this program knows it"));
    }
  }
  return absl::OkStatus();
}

absl::Status Apply(Transaction& transaction, size_t version,
                   const Migration& migration) {
  for (const std::string& statement : migration.statements) {
    const absl::Status status = transaction.Execute(statement).status();
    if (!status.ok()) {
      return Annotate(status, absl::StrCat("schema step ", version, " (",
                                           migration.name, ")"));
    }
  }
  return transaction
      .Execute(
          "INSERT INTO schema_migrations"
          " (version, name, statements, applied)"
          " VALUES (:version, :name, :statements, :applied)",
          {{"version", static_cast<int64_t>(version)},
           {"name", migration.name},
           {"statements", TextOf(migration)},
           {"applied", absl::Now()}})
      .status();
}

}  // namespace

absl::Status ApplyMigrations(Database& database,
                             absl::Span<const Migration> migrations) {
  return database.Write([&](Transaction& transaction) -> absl::Status {
    RETURN_IF_ERROR(transaction.Execute(kCreateTable).status());
    ASSIGN_OR_RETURN(
        const std::vector<Row> applied,
        transaction.Query("SELECT version, statements FROM schema_migrations"
                          " ORDER BY version"));
    RETURN_IF_ERROR(CheckApplied(applied, migrations));
    for (size_t i = applied.size(); i < migrations.size(); ++i) {
      RETURN_IF_ERROR(Apply(transaction, i + 1, migrations[i]));
    }
    return absl::OkStatus();
  });
}

}  // namespace cardferry::store
