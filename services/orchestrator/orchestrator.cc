#include "services/orchestrator/orchestrator.h"

#include "absl/memory/memory.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/job_repository.h"

namespace cardferry::orchestrator {

Orchestrator::Orchestrator(const Parts& parts)
    : pool_(parts.workers),
      context_{parts.database,
               parts.sequencer,
               board_,
               parts.clock,
               parts.random,
               [this](const JobTarget& target, const ReaderAddress& from) {
                 hub_.JobWaits(target, from);
               }},
      hub_(context_, pool_),
      desk_({parts.database, parts.sequencer, board_, parts.clock,
             [this](const JobTarget& target) { hub_.JobWaits(target, {}); },
             [this] { return hub_.Connected(); }}),
      gateway_(hub_, parts.clock, parts.name_of),
      service_(desk_, board_, pool_) {}

absl::StatusOr<std::unique_ptr<Orchestrator>> Orchestrator::Create(
    const Parts& parts) {
  ASSIGN_OR_RETURN(
      const int64_t recovered, parts.database.Write([](store::Transaction& tx) {
        return JobRepository(tx).RecoverAll(
            "The service was started again while the job was under way. The "
            "agent's report is awaited, or the card is read again when it is "
            "inserted.");
      }));
  if (recovered > 0) LogInfo("jobs taken up again", {{"jobs", recovered}});
  return absl::WrapUnique(new Orchestrator(parts));
}

Orchestrator::~Orchestrator() { pool_.Stop(); }

void Orchestrator::Drain() {
  service_.EndWatches();
  hub_.CloseAll();
}

}  // namespace cardferry::orchestrator
