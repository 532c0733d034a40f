#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_OPENING_REPOSITORY_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_OPENING_REPOSITORY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/store/database.h"
#include "services/orchestrator/model/opening.h"

namespace cardferry::orchestrator {

// The register of openings, within one transaction: each one's challenge is
// answered once.
class OpeningRepository {
 public:
  // How long an expired opening is still known by name.
  static constexpr absl::Duration kKept = absl::Minutes(30);

  explicit OpeningRepository(store::Transaction& tx) : tx_(tx) {}

  // Registers an opening and forgets those that expired long ago.
  absl::Status Add(const IssuedOpening& opening, absl::Time now);

  // Registers an answer that came from `from`. kFresh for one that has run the
  // challenge half is given once; from then on the opening is used. An answer
  // to the identify half alone uses nothing up.
  absl::StatusOr<AnswerCheck> Answer(const std::string& id,
                                     const ReaderAddress& from,
                                     const OpeningAnswer& answer,
                                     absl::Time now);

  // Those of this agent that nobody has answered are of no use from now on.
  absl::Status Void(const std::string& agent);

  // NOT_FOUND when it is not registered.
  absl::StatusOr<IssuedOpening> Get(const std::string& id);

 private:
  store::Transaction& tx_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_REPOSITORY_OPENING_REPOSITORY_H_
