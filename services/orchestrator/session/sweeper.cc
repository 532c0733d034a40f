#include "services/orchestrator/session/sweeper.h"

#include <vector>

#include "absl/memory/memory.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/ended_jobs.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/journal_repository.h"
#include "services/orchestrator/repository/packet_repository.h"
#include "services/orchestrator/session/concluder.h"
#include "services/orchestrator/session/prepared_packets.h"

namespace cardferry::orchestrator {
namespace {

constexpr char kPreparingTooLong[] =
    "The packet was not made in time. The job waits; insert the card again.";
constexpr char kRunningTooLong[] =
    "The agent ran the packet and nobody knows what came of it. Its report is "
    "awaited, or the card is read again when it is inserted.";

// At one time: the next sweep goes on.
constexpr size_t kMaxReports = 16;
constexpr int kMaxFailedReports = 3;
constexpr int kMaxPrunes = 10;

void Warn(const char* what, const absl::Status& status) {
  if (!status.ok()) LogWarning(what, {{"status", status}});
}

}  // namespace

std::shared_ptr<Sweeper> Sweeper::Create(const SessionContext& context,
                                         Executor& executor,
                                         const Retention& retention) {
  return absl::WrapUnique(new Sweeper(context, executor, retention));
}

void Sweeper::Start() {
  executor_.PostAfter(kPeriod, [weak = weak_from_this()] {
    const std::shared_ptr<Sweeper> alive = weak.lock();
    if (alive == nullptr) return;
    alive->Sweep();
    alive->Start();
  });
}

void Sweeper::Sweep() {
  const absl::Time now = context_.clock.Now();
  Warn("jobs not freed", FreeJobs(now));
  Warn("reports not concluded", ConcludeReports(now));
  Warn("prepared packets not given up", PreparedPackets(context_).Expire(now));
  Warn("events not forgotten", ForgetEvents(now));
  Warn("jobs not forgotten", ForgetJobs(now));
  Warn("log not wiped", WipeLog());
}

absl::Status Sweeper::FreeJobs(absl::Time now) {
  ASSIGN_OR_RETURN(const std::vector<HeldJob> held,
                   context_.database.Read([](store::Transaction& tx) {
                     return JobRepository(tx).Held();
                   }));
  for (const HeldJob& job : held) {
    const absl::Duration patience = job.state == JobState::kPreparing
                                        ? kPreparingPatience
                                        : kRunningPatience;
    if (now - job.since < patience) continue;
    LogWarning("job freed", {{"job", job.id}});
    // One that cannot be freed now does not keep the others.
    Warn("job not freed", GiveBack(job, now));
  }
  return absl::OkStatus();
}

absl::Status Sweeper::GiveBack(const HeldJob& job, absl::Time now) {
  if (job.state == JobState::kRunning) {
    return Concluder({}, context_).Lose(job.holder, kRunningTooLong);
  }
  absl::StatusOr<Job> freed = context_.database.Write(
      [&](store::Transaction& tx) -> absl::StatusOr<Job> {
        JobRepository jobs(tx);
        RETURN_IF_ERROR(
            jobs.WaitAgain(job.id, job.holder, kPreparingTooLong, now));
        return jobs.Get(job.id);
      });
  // It has gone on in the last moment.
  if (absl::IsFailedPrecondition(freed.status())) return absl::OkStatus();
  RETURN_IF_ERROR(freed.status());
  context_.board.Changed(job.id);
  context_.job_waits(freed->target, {});
  return absl::OkStatus();
}

absl::Status Sweeper::ConcludeReports(absl::Time now) {
  ASSIGN_OR_RETURN(
      std::vector<Packet> packets,
      context_.database.Read([&](store::Transaction& tx) {
        return PacketRepository(tx).UnconcludedSince(now - kReportPatience);
      }));
  if (packets.size() > kMaxReports) packets.resize(kMaxReports);
  int failures = 0;
  for (const Packet& packet : packets) {
    // Its job may go on at the reader too that it was run at.
    const Concluded concluded = Concluder({}, context_).Conclude(packet.id);
    if (concluded.kind != ConcludedKind::kUnavailable) continue;
    // One alone must not keep the others; many mean that nobody is there.
    if (++failures == kMaxFailedReports) break;
  }
  return absl::OkStatus();
}

// Each batch in a transaction of its own: others have their turn in between.
absl::Status Sweeper::ForgetEvents(absl::Time now) {
  for (int i = 0; i < kMaxPrunes; ++i) {
    ASSIGN_OR_RETURN(const int64_t forgotten,
                     context_.database.Write([&](store::Transaction& tx) {
                       return JournalRepository(tx).Prune(
                           now - retention_.event_age, retention_.event_count);
                     }));
    if (forgotten < JournalRepository::kPage) break;
  }
  return absl::OkStatus();
}

absl::Status Sweeper::ForgetJobs(absl::Time now) {
  for (int i = 0; i < kMaxPrunes; ++i) {
    ASSIGN_OR_RETURN(const int64_t forgotten,
                     context_.database.Write([&](store::Transaction& tx) {
                       return EndedJobs(tx).Forget(now - retention_.job_age);
                     }));
    if (forgotten < EndedJobs::kPage) break;
  }
  return absl::OkStatus();
}

// A job's install parameters go when it ends; what they were stands in the log
// until it is written over.
absl::Status Sweeper::WipeLog() {
  ASSIGN_OR_RETURN(const std::optional<absl::Time> ended,
                   context_.database.Read([](store::Transaction& tx) {
                     return EndedJobs(tx).LastEnd();
                   }));
  if (!ended.has_value() || ended == wiped_until_) return absl::OkStatus();
  ASSIGN_OR_RETURN(const bool wiped, context_.database.TruncateLog());
  if (wiped) wiped_until_ = ended;
  return absl::OkStatus();
}

}  // namespace cardferry::orchestrator
