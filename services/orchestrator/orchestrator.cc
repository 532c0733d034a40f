#include "services/orchestrator/orchestrator.h"

#include "absl/memory/memory.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/job_repository.h"

namespace cardferry::orchestrator {
namespace {

constexpr char kStartedAgain[] =
    "The service was started again while the job was under way. The agent's "
    "report is awaited, or the card is read again when it is inserted.";

// What an earlier process left under way waits again. The number of jobs.
absl::StatusOr<int64_t> RecoverJobs(store::Transaction& tx, absl::Time now) {
  JobRepository jobs(tx);
  ASSIGN_OR_RETURN(const std::vector<HeldJob> held, jobs.Held());
  for (const HeldJob& job : held) {
    RETURN_IF_ERROR(jobs.WaitAgain(job.id, job.holder, kStartedAgain, now));
  }
  return static_cast<int64_t>(held.size());
}

}  // namespace

Orchestrator::Orchestrator(const Parts& parts)
    : pool_(parts.workers),
      context_{parts.database,
               parts.sequencer,
               board_,
               parts.clock,
               parts.random,
               parts.box,
               [this](const JobTarget& target, const ReaderAddress& from) {
                 hub_.JobWaits(target, from);
               },
               parts.admit_unlisted_agents},
      hub_(context_, pool_),
      sweeper_(Sweeper::Create(context_, pool_, parts.retention)),
      desk_({parts.database, parts.sequencer, board_, parts.clock, parts.box,
             [this](const JobTarget& target) { hub_.JobWaits(target, {}); },
             [this] { return hub_.Connected(); },
             [this](const std::string& agent) { hub_.Revoke(agent); }}),
      offline_({parts.database, parts.sequencer, board_, parts.clock, parts.box,
                parts.random,
                [this](const std::string& agent, const PreparedPacket& packet) {
                  hub_.Give(agent, packet);
                }}),
      gateway_({hub_, parts.clock, pool_}, parts.name_of),
      service_(desk_, offline_, board_, parts.database, pool_) {}

absl::StatusOr<std::unique_ptr<Orchestrator>> Orchestrator::Create(
    const Parts& parts) {
  const absl::Time now = parts.clock.Now();
  ASSIGN_OR_RETURN(const int64_t recovered,
                   parts.database.Write([&](store::Transaction& tx) {
                     return RecoverJobs(tx, now);
                   }));
  if (recovered > 0) LogInfo("jobs taken up again", {{"jobs", recovered}});
  std::unique_ptr<Orchestrator> orchestrator =
      absl::WrapUnique(new Orchestrator(parts));
  orchestrator->sweeper_->Start();
  return orchestrator;
}

Orchestrator::~Orchestrator() { pool_.Stop(); }

void Orchestrator::Drain() {
  service_.EndWatches();
  hub_.CloseAll();
}

}  // namespace cardferry::orchestrator
