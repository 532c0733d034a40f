#ifndef CARDFERRY_LIB_STORE_TESTING_TEMPORARY_DATABASE_H_
#define CARDFERRY_LIB_STORE_TESTING_TEMPORARY_DATABASE_H_

#include <string>

namespace cardferry::store {

// A place for one database in a fresh folder, which goes with it.
class TemporaryDatabase {
 public:
  TemporaryDatabase();
  TemporaryDatabase(const TemporaryDatabase&) = delete;
  TemporaryDatabase& operator=(const TemporaryDatabase&) = delete;
  ~TemporaryDatabase();

  // The file; nothing is there yet.
  std::string path() const { return folder_ + "/test.db"; }
  // For DatabaseOptions.
  std::string url() const { return "sqlite3://" + path(); }

 private:
  std::string folder_;
};

}  // namespace cardferry::store

#endif  // CARDFERRY_LIB_STORE_TESTING_TEMPORARY_DATABASE_H_
