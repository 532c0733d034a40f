#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_APPLICATION_REPOSITORY_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_APPLICATION_REPOSITORY_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/store/database.h"
#include "services/orchestrator/model/application.h"

namespace cardferry::orchestrator {

// Applications and the CAP files that they name, within one transaction.
class ApplicationRepository {
 public:
  explicit ApplicationRepository(store::Transaction& tx) : tx_(tx) {}

  // Adding the same file under the same name again changes nothing.
  // ALREADY_EXISTS when the name stands for another file.
  absl::Status Add(const Application& application, ByteSpan cap_file);

  // NOT_FOUND when there is no such name.
  absl::StatusOr<Application> Get(const std::string& name);
  // By name.
  absl::StatusOr<std::vector<Application>> List();
  // NOT_FOUND when no application has a file with this hash.
  absl::StatusOr<Bytes> CapFile(const Bytes& content_hash);

 private:
  store::Transaction& tx_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_APPLICATION_REPOSITORY_H_
