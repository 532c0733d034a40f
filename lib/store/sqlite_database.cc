#include "lib/store/sqlite_database.h"

#include <fcntl.h>

#include <cerrno>
#include <utility>

#include "absl/time/clock.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/base/unique_fd.h"
#include "lib/store/session_queue.h"
#include "lib/store/sqlite_session.h"

namespace cardferry::store {
namespace {

// A transaction on one connection. After a statement that failed, all others
// fail the same way, as PostgreSQL does it: what is half done is never
// committed.
class SqliteTransaction final : public Transaction {
 public:
  explicit SqliteTransaction(SqliteSession& session) : session_(session) {}

  // What the first failed statement said.
  const absl::Status& failure() const { return failure_; }

 private:
  absl::StatusOr<Outcome> Run(absl::string_view sql,
                              absl::Span<const Param> params) override {
    RETURN_IF_ERROR(failure_);
    absl::StatusOr<SqliteSession::Result> result = session_.Run(sql, params);
    if (!result.ok()) {
      failure_ = result.status();
      return failure_;
    }
    return Outcome{std::move(result->rows), result->changed};
  }

  SqliteSession& session_;
  absl::Status failure_;
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const std::string& path, const DatabaseOptions& options)
      : patience_(options.patience),
        writer_(path, SqliteSession::Kind::kWriter, 1),
        readers_(path, SqliteSession::Kind::kReader, options.readers) {}

  // The log is written into the database and cut to nothing: SQLite does not
  // wipe it otherwise, but writes over it some day.
  absl::StatusOr<bool> TruncateLog() override {
    ASSIGN_OR_RETURN(const SessionQueue::Lease session,
                     writer_.Take(absl::Now() + patience_));
    ASSIGN_OR_RETURN(const SqliteSession::Result result,
                     session->Run("PRAGMA wal_checkpoint(TRUNCATE)"));
    int64_t busy = 0, frames = 0, done = 0;
    if (result.rows.size() != 1) {
      return absl::InternalError("SQLite says nothing of its checkpoint");
    }
    RETURN_IF_ERROR(result.rows[0].Read(busy, frames, done));
    return busy == 0;
  }

 private:
  // Notes that this thread works on a database, for as long as it lives.
  class Inside {
   public:
    explicit Inside(const SqliteDatabase* database)
        : outer_(std::exchange(current_, database)) {}
    ~Inside() { current_ = outer_; }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

   private:
    const SqliteDatabase* const outer_;
  };

  absl::Status Transact(Mode mode, const StatusWork& work) {
    if (current_ == this) {
      return absl::InternalError("a transaction inside a transaction");
    }
    const Inside inside(this);
    const absl::Time deadline = absl::Now() + patience_;
    SessionQueue& queue = mode == Mode::kWrite ? writer_ : readers_;
    ASSIGN_OR_RETURN(const SessionQueue::Lease session, queue.Take(deadline));
    RETURN_IF_ERROR(session->RunPatiently(
        mode == Mode::kWrite ? "BEGIN IMMEDIATE" : "BEGIN", deadline));
    SqliteTransaction transaction(*session);
    RETURN_IF_ERROR(work(transaction));
    RETURN_IF_ERROR(transaction.failure());
    return session->RunPatiently("COMMIT", deadline);
  }

  absl::Status RunStatus(Mode mode, const StatusWork& work) override {
    RETURN_IF_ERROR(Transact(mode, work));
    if (mode == Mode::kWrite) TellOfCommit();
    return absl::OkStatus();
  }

  static thread_local const SqliteDatabase* current_;

  const absl::Duration patience_;
  SessionQueue writer_;
  SessionQueue readers_;
};

thread_local const SqliteDatabase* SqliteDatabase::current_ = nullptr;

absl::Status CheckPath(const std::string& path) {
  if (!path.empty() && path.find_first_of(" \t\n\"'=;") == std::string::npos) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      "a database's path is empty or has a blank, a quote or one of = ;");
}

// SQLite would create the file for everybody to read; its journal files take
// over the mode.
absl::Status CreateFile(const std::string& path) {
  const UniqueFd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd.valid()) return ErrnoStatus(errno, "opening the database " + path);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(
    const std::string& path, const DatabaseOptions& options) {
  if (options.readers < 1) {
    return absl::InvalidArgumentError("a database needs a reader");
  }
  RETURN_IF_ERROR(CheckPath(path));
  RETURN_IF_ERROR(CreateFile(path));
  return std::make_unique<SqliteDatabase>(path, options);
}

}  // namespace cardferry::store
