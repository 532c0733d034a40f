#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_SWEEPER_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_SWEEPER_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/orchestrator/model/job.h"
#include "services/orchestrator/model/packet.h"
#include "services/orchestrator/session/session_context.h"
#include "services/orchestrator/work/executor.h"

namespace cardferry::orchestrator {

// Goes through what is stored, now and then, for what nobody looks after any
// more: the database failed at the wrong moment, an agent never came back. So
// every wait of a job has an end, and an event. Also forgets old events and
// jobs, and wipes the database's log of what a job has left there.
class Sweeper : public std::enable_shared_from_this<Sweeper> {
 public:
  // Events that are older, or more, are forgotten; and jobs that ended longer
  // ago, with their packets.
  struct Retention {
    absl::Duration event_age = absl::Hours(24 * 400);
    int64_t event_count = 1'000'000;
    absl::Duration job_age = absl::Hours(24 * 90);
  };

  static constexpr absl::Duration kPeriod = absl::Seconds(15);
  // Longer than all calls of a preparation may take together.
  static constexpr absl::Duration kPreparingPatience = absl::Minutes(6);
  // Longer than a reader's own patience with a packet.
  static constexpr absl::Duration kRunningPatience = absl::Minutes(12);
  // Longer than a reader needs that concludes at once.
  static constexpr absl::Duration kReportPatience = absl::Minutes(1);

  // `context` and `executor` outlive it.
  static std::shared_ptr<Sweeper> Create(const SessionContext& context,
                                         Executor& executor,
                                         const Retention& retention);

  // Sweeps every kPeriod from now on, for as long as it lives.
  void Start();
  // Sweeps once. Waits for database and sequencer.
  void Sweep();

 private:
  // What was deleted so far.
  struct Deleted {
    std::optional<absl::Time> job;  // the last one's end
    int64_t packets = 0;            // PreparedRepository::TimesWiped

    friend bool operator==(const Deleted& a, const Deleted& b) {
      return a.job == b.job && a.packets == b.packets;
    }
  };

  Sweeper(const SessionContext& context, Executor& executor,
          const Retention& retention)
      : context_(context), executor_(executor), retention_(retention) {}

  absl::Status FreeJobs(absl::Time now);
  absl::Status GiveBack(const HeldJob& job, absl::Time now);
  absl::Status ConcludeReports(absl::Time now);
  absl::Status ForgetEvents(absl::Time now);
  absl::Status ForgetJobs(absl::Time now);
  absl::Status WipeLog();

  const SessionContext& context_;
  Executor& executor_;
  const Retention retention_;
  Deleted wiped_;  // from the log, too
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_SWEEPER_H_
