#ifndef CARDFERRY_LIB_STORE_DATABASE_H_
#define CARDFERRY_LIB_STORE_DATABASE_H_

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "lib/store/value.h"

namespace cardferry::store {

// One step of a schema: applied once, whole or not at all, never edited after
// a release (a changed one is refused); a new need is a new step at the end.
struct Migration {
  // What it is for: "agents and their readers".
  std::string name;
  // One SQL statement each, no parameters.
  std::vector<std::string> statements;
};

// A running transaction. Only inside the function given to Database::Read or
// Database::Write; never kept.
class Transaction {
 public:
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  virtual ~Transaction() = default;

  // Runs one statement that returns no rows; the number of rows it changed.
  // Parameters are named in the SQL and given by name, each one exactly:
  //
  //   tx.Execute("UPDATE jobs SET state = :state WHERE id = :id",
  //              {{"state", 2}, {"id", id}})
  //
  // ALREADY_EXISTS (unique or primary key), FAILED_PRECONDITION (foreign key,
  // NOT NULL, CHECK), RESOURCE_EXHAUSTED (disk full), UNAVAILABLE (busy, disk
  // trouble), DATA_LOSS (damaged file), INVALID_ARGUMENT (text with NUL or not
  // UTF-8), INTERNAL (our SQL is wrong). After one of these the transaction is
  // lost: every further statement fails the same way, and so does the commit.
  // Where a duplicate is no error, say ON CONFLICT DO NOTHING.
  absl::StatusOr<int64_t> Execute(absl::string_view sql,
                                  absl::Span<const Param> params);
  absl::StatusOr<int64_t> Execute(absl::string_view sql,
                                  std::initializer_list<Param> params = {});

  // The rows that a SELECT or RETURNING statement gives.
  absl::StatusOr<std::vector<Row>> Query(absl::string_view sql,
                                         absl::Span<const Param> params);
  absl::StatusOr<std::vector<Row>> Query(
      absl::string_view sql, std::initializer_list<Param> params = {});

  // Query for what there is exactly one of. NOT_FOUND when there is no row,
  // INTERNAL when there are several.
  absl::StatusOr<Row> QueryOne(absl::string_view sql,
                               std::initializer_list<Param> params = {});

 protected:
  // What a statement did.
  struct Outcome {
    std::vector<Row> rows;
    int64_t changed = 0;
  };

  Transaction() = default;

 private:
  virtual absl::StatusOr<Outcome> Run(absl::string_view sql,
                                      absl::Span<const Param> params) = 0;
};

// How a database is opened.
struct DatabaseOptions {
  // "sqlite3:///var/lib/cardferry/orchestrator.db" (three slashes: absolute).
  std::string url;
  // Connections that read. Writing has one of its own: SQLite has one writer
  // at a time anyway, and a fair queue in the process beats polling a lock.
  int readers = 4;
  // How long a call waits for its turn, and then for another process's lock.
  absl::Duration patience = absl::Seconds(5);
};

// A database: transactions that keep their promise through a power cut (WAL,
// synchronous=FULL), foreign keys enforced. Safe from any thread. SQL lives in
// repository classes, one per aggregate.
class Database {
 public:
  // Opens or creates (mode 0600) the database and applies the migrations that
  // it lacks. FAILED_PRECONDITION when it is newer than `migrations` or an
  // applied one has changed; INVALID_ARGUMENT for a url that is not understood.
  static absl::StatusOr<std::unique_ptr<Database>> Open(
      const DatabaseOptions& options, absl::Span<const Migration> migrations);

  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  virtual ~Database() = default;

  // Runs `work(Transaction&)`, which returns absl::Status or absl::StatusOr<T>,
  // in one transaction that sees one state of the database. Write commits when
  // `work` returns OK and takes everything back when it does not; it has the
  // write lock from the start, so what it read stays true until it commits.
  // `work` may run more than once (another process held the lock): it must not
  // act on anything but the transaction and values that it sets anew. Neither
  // may be called inside the other's `work` (INTERNAL). UNAVAILABLE when
  // `patience` ran out.
  template <typename Work>
  auto Write(Work&& work) {
    return Run(Mode::kWrite, std::forward<Work>(work));
  }
  // The same for work that only reads; a statement that writes is refused.
  template <typename Work>
  auto Read(Work&& work) {
    return Run(Mode::kRead, std::forward<Work>(work));
  }

  // From now on `listener` is called after each transaction that has written,
  // on its thread and outside of it; it must not wait. Empty: nobody is. The
  // old one may still be running, or be called once more, when this returns.
  void OnCommit(std::function<void()> listener);

  // What was deleted or replaced does not stay behind in the database's log
  // either. False: somebody reads an older state just now, try again later.
  virtual absl::StatusOr<bool> TruncateLog() = 0;

  // One statement in a transaction of its own.
  absl::StatusOr<int64_t> Execute(absl::string_view sql,
                                  std::initializer_list<Param> params = {});
  absl::StatusOr<std::vector<Row>> Query(
      absl::string_view sql, std::initializer_list<Param> params = {});
  absl::StatusOr<Row> QueryOne(absl::string_view sql,
                               std::initializer_list<Param> params = {});

 protected:
  enum class Mode { kRead, kWrite };
  using StatusWork = std::function<absl::Status(Transaction&)>;

  Database() = default;

  // To be called after each commit of a transaction that may have written.
  void TellOfCommit();

 private:
  virtual absl::Status RunStatus(Mode mode, const StatusWork& work) = 0;

  static absl::Status StatusOf(const absl::Status& status) { return status; }
  template <typename T>
  static absl::Status StatusOf(const absl::StatusOr<T>& result) {
    return result.status();
  }

  template <typename Work>
  auto Run(Mode mode, Work&& work) {
    using Result = std::invoke_result_t<Work&, Transaction&>;
    Result result = absl::InternalError("the transaction did not run");
    const absl::Status status = RunStatus(mode, [&](Transaction& transaction) {
      result = work(transaction);
      return StatusOf(result);
    });
    return status.ok() ? std::move(result) : Result(status);
  }

  absl::Mutex listener_mutex_;
  std::shared_ptr<const std::function<void()>> listener_
      ABSL_GUARDED_BY(listener_mutex_);
};

}  // namespace cardferry::store

#endif  // CARDFERRY_LIB_STORE_DATABASE_H_
