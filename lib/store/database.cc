#include "lib/store/database.h"

#include "absl/strings/strip.h"
#include "lib/base/status_macros.h"
#include "lib/store/migrations.h"
#include "lib/store/sqlite_database.h"

namespace cardferry::store {
namespace {

constexpr absl::string_view kSqlite = "sqlite3://";

absl::StatusOr<Row> OnlyRow(absl::StatusOr<std::vector<Row>> rows) {
  RETURN_IF_ERROR(rows.status());
  if (rows->empty()) return absl::NotFoundError("no such row");
  if (rows->size() > 1) {
    return absl::InternalError("several rows where one was wanted");
  }
  return std::move(rows->front());
}

absl::Span<const Param> AsSpan(std::initializer_list<Param> params) {
  return absl::MakeConstSpan(params.begin(), params.size());
}

}  // namespace

absl::StatusOr<int64_t> Transaction::Execute(absl::string_view sql,
                                             absl::Span<const Param> params) {
  ASSIGN_OR_RETURN(const Outcome outcome, Run(sql, params));
  return outcome.changed;
}

absl::StatusOr<int64_t> Transaction::Execute(
    absl::string_view sql, std::initializer_list<Param> params) {
  return Execute(sql, AsSpan(params));
}

absl::StatusOr<std::vector<Row>> Transaction::Query(
    absl::string_view sql, absl::Span<const Param> params) {
  ASSIGN_OR_RETURN(Outcome outcome, Run(sql, params));
  return std::move(outcome.rows);
}

absl::StatusOr<std::vector<Row>> Transaction::Query(
    absl::string_view sql, std::initializer_list<Param> params) {
  return Query(sql, AsSpan(params));
}

absl::StatusOr<Row> Transaction::QueryOne(absl::string_view sql,
                                          std::initializer_list<Param> params) {
  return OnlyRow(Query(sql, params));
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(
    const DatabaseOptions& options, absl::Span<const Migration> migrations) {
  absl::string_view path = options.url;
  if (!absl::ConsumePrefix(&path, kSqlite)) {
    return absl::InvalidArgumentError(
        "the database's url does not begin with sqlite3://");
  }
  ASSIGN_OR_RETURN(std::unique_ptr<Database> database,
                   OpenSqlite(std::string(path), options));
  RETURN_IF_ERROR(ApplyMigrations(*database, migrations));
  return database;
}

void Database::OnCommit(std::function<void()> listener) {
  std::shared_ptr<const std::function<void()>> next;
  if (listener != nullptr) {
    next = std::make_shared<const std::function<void()>>(std::move(listener));
  }
  absl::MutexLock lock(&listener_mutex_);
  listener_ = std::move(next);
}

void Database::TellOfCommit() {
  std::shared_ptr<const std::function<void()>> listener;
  {
    absl::MutexLock lock(&listener_mutex_);
    listener = listener_;
  }
  if (listener != nullptr) (*listener)();
}

absl::StatusOr<int64_t> Database::Execute(absl::string_view sql,
                                          std::initializer_list<Param> params) {
  return Write([&](Transaction& transaction) {
    return transaction.Execute(sql, params);
  });
}

absl::StatusOr<std::vector<Row>> Database::Query(
    absl::string_view sql, std::initializer_list<Param> params) {
  return Read(
      [&](Transaction& transaction) { return transaction.Query(sql, params); });
}

absl::StatusOr<Row> Database::QueryOne(absl::string_view sql,
                                       std::initializer_list<Param> params) {
  return Read([&](Transaction& transaction) {
    return transaction.QueryOne(sql, params);
  });
}

}  // namespace cardferry::store
