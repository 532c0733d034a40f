#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_JOURNAL_QUEUE_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_JOURNAL_QUEUE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/orchestrator/model/journal_entry.h"
#include "services/orchestrator/session/session_context.h"
#include "services/orchestrator/work/executor.h"

namespace cardferry::orchestrator {

// One agent's events that nobody must wait for: written in order, several at a
// time, off the way of what they tell of. What belongs to a change of state is
// not for here: it is written with that. Safe from any thread.
class JournalQueue : public std::enable_shared_from_this<JournalQueue> {
 public:
  // Entries that may wait; those beyond are only counted.
  static constexpr size_t kMaxWaiting = 64;
  // How many are written at once, and after that each second; those beyond are
  // only counted. One agent must not push what others did out of the journal.
  static constexpr int kBurst = 300;
  static constexpr double kPerSecond = 1;

  // `context` and `executor` outlive it.
  static std::shared_ptr<JournalQueue> Create(const SessionContext& context,
                                              Executor& executor);

  // Does not wait. `entry.at` is filled in.
  void Add(JournalEntry entry);

 private:
  JournalQueue(const SessionContext& context, Executor& executor)
      : context_(context), executor_(executor) {}

  void WriteSome();
  bool MayWrite(absl::Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const SessionContext& context_;
  Executor& executor_;
  absl::Mutex mutex_;
  std::vector<JournalEntry> waiting_ ABSL_GUARDED_BY(mutex_);
  double allowance_ ABSL_GUARDED_BY(mutex_) = kBurst;
  absl::Time allowed_at_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  int64_t dropped_ ABSL_GUARDED_BY(mutex_) = 0;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_JOURNAL_QUEUE_H_
