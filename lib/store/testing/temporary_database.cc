#include "lib/store/testing/temporary_database.h"

#include <stdlib.h>

#include <cstdio>
#include <filesystem>
#include <system_error>

namespace cardferry::store {

TemporaryDatabase::TemporaryDatabase() {
  const char* const root = getenv("TEST_TMPDIR");
  folder_ = std::string(root == nullptr ? "/tmp" : root) + "/db-XXXXXX";
  if (mkdtemp(folder_.data()) == nullptr) {
    std::perror("mkdtemp");
    abort();
  }
}

TemporaryDatabase::~TemporaryDatabase() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace cardferry::store
