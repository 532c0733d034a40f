#ifndef CARDFERRY_LIB_STORE_SQLITE_SESSION_H_
#define CARDFERRY_LIB_STORE_SQLITE_SESSION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "lib/store/value.h"

namespace cardferry::store {

// One connection to a SQLite file: the only place that sees SOCI, its
// exceptions and SQLite's codes. For one thread at a time.
class SqliteSession {
 public:
  enum class Kind { kReader, kWriter };
  struct Result {
    std::vector<Row> rows;
    int64_t changed = 0;
  };

  // Opens the file, which exists; its path has no blank, quote or equals sign
  // (SOCI cannot say them).
  static absl::StatusOr<std::unique_ptr<SqliteSession>> Open(
      const std::string& path, Kind kind);

  SqliteSession(const SqliteSession&) = delete;
  SqliteSession& operator=(const SqliteSession&) = delete;
  ~SqliteSession();

  // Runs one statement; errors as Transaction::Execute says.
  absl::StatusOr<Result> Run(absl::string_view sql,
                             absl::Span<const Param> params = {});

  // Runs one statement without parameters, again and again while another
  // process has the file locked, until `deadline`.
  absl::Status RunPatiently(absl::string_view sql, absl::Time deadline);

  // False too after SQLite took a transaction back by itself (disk full).
  bool InTransaction() const;

 private:
  struct Soci;

  explicit SqliteSession(std::unique_ptr<Soci> soci);
  absl::Status Configure(Kind kind);

  std::unique_ptr<Soci> soci_;
};

}  // namespace cardferry::store

#endif  // CARDFERRY_LIB_STORE_SQLITE_SESSION_H_
