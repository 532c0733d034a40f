#ifndef CARDFERRY_LIB_STORE_SQLITE_DATABASE_H_
#define CARDFERRY_LIB_STORE_SQLITE_DATABASE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "lib/store/database.h"

namespace cardferry::store {

// Opens or creates the file `path`; no migrations yet.
absl::StatusOr<std::unique_ptr<Database>> OpenSqlite(
    const std::string& path, const DatabaseOptions& options);

}  // namespace cardferry::store

#endif  // CARDFERRY_LIB_STORE_SQLITE_DATABASE_H_
