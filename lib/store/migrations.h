#ifndef CARDFERRY_LIB_STORE_MIGRATIONS_H_
#define CARDFERRY_LIB_STORE_MIGRATIONS_H_

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "lib/store/database.h"

namespace cardferry::store {

// Applies those of `migrations` that the database lacks, all in one
// transaction. Database::Open says what can go wrong.
absl::Status ApplyMigrations(Database& database,
                             absl::Span<const Migration> migrations);

}  // namespace cardferry::store

#endif  // CARDFERRY_LIB_STORE_MIGRATIONS_H_
