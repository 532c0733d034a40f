#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_TESTING_DATABASE_FIXTURE_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_TESTING_DATABASE_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "lib/store/database.h"
#include "lib/store/testing/temporary_database.h"
#include "services/orchestrator/model/application.h"
#include "services/orchestrator/model/job.h"

namespace cardferry::orchestrator {

// A real, empty SQLite database of this service, gone after the test.
class DatabaseFixture {
 public:
  DatabaseFixture();

  store::Database& database() { return *database_; }
  // Its file.
  std::string path() const { return place_.path(); }

  // Runs `work(tx)` in a transaction of its own.
  template <typename Work>
  auto Do(Work&& work) {
    return database_->Write(std::forward<Work>(work));
  }

  // Closes and opens it again, as a restart does.
  void Reopen();
  // Registers application "brokerage", so that jobs can name it.
  void AddBrokerage();

  static Application Brokerage();
  // To load that application.
  static NewJob BrokerageJob(const JobTarget& target, Bytes parameters = {});

 private:
  store::TemporaryDatabase place_;
  std::unique_ptr<store::Database> database_;
};

// The moment at which things happen in tests, and `seconds` after it.
absl::Time At(int seconds = 0);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_TESTING_DATABASE_FIXTURE_H_
