#include "lib/store/sqlite_session.h"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>

#include <exception>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/status_macros.h"
#include "lib/store/text.h"

namespace cardferry::store {
namespace {

// How long SQLite itself waits for another process's lock.
constexpr char kBusyTimeout[] = "PRAGMA busy_timeout = 100";

// SQLite's result codes (extended ones are on) as a Status.
absl::StatusCode CodeOf(int result) {
  if (result == SQLITE_CONSTRAINT_UNIQUE ||
      result == SQLITE_CONSTRAINT_PRIMARYKEY ||
      result == SQLITE_CONSTRAINT_ROWID) {
    return absl::StatusCode::kAlreadyExists;
  }
  switch (result & 0xFF) {
    case SQLITE_CONSTRAINT:
      return absl::StatusCode::kFailedPrecondition;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_INTERRUPT:
    case SQLITE_PROTOCOL:
      return absl::StatusCode::kUnavailable;
    case SQLITE_FULL:
    case SQLITE_NOMEM:
    case SQLITE_TOOBIG:
      return absl::StatusCode::kResourceExhausted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::StatusCode::kDataLoss;
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return absl::StatusCode::kPermissionDenied;
    default:
      return absl::StatusCode::kInternal;
  }
}

// The one fence around SOCI: runs `work`, which may throw. SQLite's own
// messages name tables and columns, never values.
template <typename Work>
absl::Status Fenced(Work&& work) {
  try {
    work();
    return absl::OkStatus();
  } catch (const soci::sqlite3_soci_error& error) {
    return absl::Status(CodeOf(error.result()),
                        absl::StrCat("SQLite ", error.result(), ": ",
                                     error.get_error_message()));
  } catch (const std::exception& error) {
    return absl::InternalError(absl::StrCat("SOCI: ", error.what()));
  }
}

// One parameter where SOCI can read it: it keeps pointers.
struct Bound {
  long long number = 0;
  std::string text;
  soci::indicator indicator = soci::i_ok;
};

void Bind(soci::statement& statement, const Param& param, Bound& bound) {
  if (const int64_t* number = std::get_if<int64_t>(&param.value())) {
    bound.number = *number;
    statement.exchange(soci::use(bound.number, bound.indicator, param.name()));
    return;
  }
  if (const std::string* text = std::get_if<std::string>(&param.value())) {
    bound.text = *text;
  } else {
    bound.indicator = soci::i_null;
  }
  statement.exchange(soci::use(bound.text, bound.indicator, param.name()));
}

struct Fetched {
  std::string text;
  soci::indicator indicator = soci::i_ok;
};

Row TakeRow(const std::vector<Fetched>& columns) {
  std::vector<Row::Column> row;
  row.reserve(columns.size());
  for (const Fetched& column : columns) {
    row.push_back(column.indicator == soci::i_null ? Row::Column()
                                                   : Row::Column(column.text));
  }
  return Row(std::move(row));
}

sqlite_api::sqlite3_stmt* Handle(soci::statement& statement) {
  return static_cast<soci::sqlite3_statement_backend*>(statement.get_backend())
      ->stmt_;
}

// A parameter that is not given would silently be NULL.
void CheckAllGiven(soci::statement& statement, size_t given) {
  const int wanted =
      sqlite_api::sqlite3_bind_parameter_count(Handle(statement));
  if (static_cast<size_t>(wanted) != given) {
    throw soci::soci_error(absl::StrCat("the statement has ", wanted,
                                        " parameters, ", given, " are given"));
  }
}

void RunStatement(soci::session& session, const std::string& sql,
                  absl::Span<const Param> params,
                  SqliteSession::Result& result) {
  std::vector<Bound> bound(params.size());
  soci::statement statement(session);
  statement.alloc();
  statement.prepare(sql);
  CheckAllGiven(statement, params.size());
  for (size_t i = 0; i < params.size(); ++i) {
    Bind(statement, params[i], bound[i]);
  }
  std::vector<Fetched> columns(
      static_cast<size_t>(sqlite_api::sqlite3_column_count(Handle(statement))));
  for (Fetched& column : columns) {
    statement.exchange(soci::into(column.text, column.indicator));
  }
  statement.define_and_bind();
  for (bool row = statement.execute(true); row && !columns.empty();
       row = statement.fetch()) {
    result.rows.push_back(TakeRow(columns));
  }
  result.changed = statement.get_affected_rows();
}

absl::Status CheckTexts(absl::Span<const Param> params) {
  for (const Param& param : params) {
    const std::string* const text = std::get_if<std::string>(&param.value());
    if (text != nullptr && !IsStorableText(*text)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the text for ", param.name(), " has a NUL or is not UTF-8"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

struct SqliteSession::Soci {
  soci::session session;

  sqlite_api::sqlite3* handle() {
    return static_cast<soci::sqlite3_session_backend*>(session.get_backend())
        ->conn_;
  }
};

SqliteSession::SqliteSession(std::unique_ptr<Soci> soci)
    : soci_(std::move(soci)) {}
SqliteSession::~SqliteSession() = default;

absl::StatusOr<std::unique_ptr<SqliteSession>> SqliteSession::Open(
    const std::string& path, Kind kind) {
  auto soci = std::make_unique<Soci>();
  RETURN_IF_ERROR(Fenced(
      [&] { soci->session.open(soci::sqlite3, absl::StrCat("db=", path)); }));
  sqlite_api::sqlite3_extended_result_codes(soci->handle(), 1);
  std::unique_ptr<SqliteSession> session(new SqliteSession(std::move(soci)));
  RETURN_IF_ERROR(session->Configure(kind));
  return session;
}

absl::Status SqliteSession::Configure(Kind kind) {
  RETURN_IF_ERROR(Run(kBusyTimeout).status());
  for (const absl::string_view pragma :
       {"PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF",
        "PRAGMA synchronous = FULL",
        // What is deleted or set to NULL may be personal data.
        "PRAGMA secure_delete = ON"}) {
    RETURN_IF_ERROR(Run(pragma).status());
  }
  if (kind == Kind::kReader) return Run("PRAGMA query_only = ON").status();
  // Wants the file for itself when it was not in that mode yet.
  RETURN_IF_ERROR(RunPatiently("PRAGMA journal_mode = WAL",
                               absl::Now() + absl::Seconds(5)));
  ASSIGN_OR_RETURN(const Result mode, Run("PRAGMA journal_mode"));
  if (mode.rows.size() != 1 || mode.rows[0][0] != "wal") {
    return absl::FailedPreconditionError(
        "the file system cannot hold a database in WAL mode");
  }
  return absl::OkStatus();
}

absl::StatusOr<SqliteSession::Result> SqliteSession::Run(
    absl::string_view sql, absl::Span<const Param> params) {
  RETURN_IF_ERROR(CheckTexts(params));
  Result result;
  RETURN_IF_ERROR(Fenced(
      [&] { RunStatement(soci_->session, std::string(sql), params, result); }));
  return result;
}

absl::Status SqliteSession::RunPatiently(absl::string_view sql,
                                         absl::Time deadline) {
  for (;;) {
    const absl::Status status = Run(sql).status();
    const int code = sqlite_api::sqlite3_errcode(soci_->handle());
    const bool busy = (code & 0xFF) == SQLITE_BUSY;
    if (status.ok() || !busy || absl::Now() >= deadline) return status;
  }
}

bool SqliteSession::InTransaction() const {
  return sqlite_api::sqlite3_get_autocommit(soci_->handle()) == 0;
}

}  // namespace cardferry::store
