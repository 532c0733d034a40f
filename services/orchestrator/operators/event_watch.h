#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_EVENT_WATCH_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_EVENT_WATCH_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "lib/store/database.h"
#include "services/orchestrator/model/journal_entry.h"
#include "services/orchestrator/operators/watch.h"
#include "services/orchestrator/work/executor.h"

namespace cardferry::orchestrator {

// One onlooker of the journal: is given the events after a number, all of them
// in order and once each, then each new one as it comes. One that falls too far
// behind is cut off.
class EventWatch : public Watch,
                   public std::enable_shared_from_this<EventWatch> {
 public:
  // New events that may wait for the onlooker.
  static constexpr size_t kMaxWaiting = 1024;

  struct Wanted {
    std::string job_id;  // empty: of all jobs, and of none
    int64_t after_id = 0;
  };
  // Called on a thread of the executor, once after each Ready at most. An error
  // is the last: RESOURCE_EXHAUSTED for one that was cut off.
  using Deliver = std::function<void(absl::StatusOr<JournalEntry>)>;

  // `database` and `executor` outlive it. It begins when an EventFeed has it.
  static std::shared_ptr<EventWatch> Create(Wanted wanted,
                                            store::Database& database,
                                            Executor& executor,
                                            Deliver deliver);

  void Ready() override;
  void Stop() override;

  // For the feed: from now on Offer is called with everything new.
  void Begin();
  // In order; may come again what is known already.
  void Offer(const std::vector<JournalEntry>& entries);

 private:
  EventWatch(Wanted wanted, store::Database& database, Executor& executor,
             Deliver deliver)
      : job_id_(std::move(wanted.job_id)),
        database_(database),
        executor_(executor),
        last_id_(wanted.after_id),
        deliver_(std::move(deliver)) {}

  // Takes an entry that is wanted and new.
  void Take(const JournalEntry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Pump() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReadPage();
  void DeliverOne();

  const std::string job_id_;
  store::Database& database_;
  Executor& executor_;
  absl::Mutex mutex_;
  int64_t last_id_ ABSL_GUARDED_BY(mutex_);  // of all that was taken
  Deliver deliver_ ABSL_GUARDED_BY(mutex_);
  std::deque<JournalEntry> waiting_ ABSL_GUARDED_BY(mutex_);
  std::deque<JournalEntry> offered_ ABSL_GUARDED_BY(mutex_);  // while reading
  bool begun_ ABSL_GUARDED_BY(mutex_) = false;
  bool live_ ABSL_GUARDED_BY(mutex_) = false;     // has read all that was there
  bool reading_ ABSL_GUARDED_BY(mutex_) = false;  // a page
  bool ready_ ABSL_GUARDED_BY(mutex_) = false;
  bool delivering_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_EVENT_WATCH_H_
