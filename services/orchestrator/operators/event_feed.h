#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_EVENT_FEED_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_EVENT_FEED_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "lib/store/database.h"
#include "services/orchestrator/operators/event_watch.h"
#include "services/orchestrator/work/executor.h"
#include "services/orchestrator/work/strand.h"

namespace cardferry::orchestrator {

// Gives new events to those who watch: after each commit it reads, once for all
// of them, what the journal has more. Nothing is read while nobody watches.
// Safe from any thread.
class EventFeed : public std::enable_shared_from_this<EventFeed> {
 public:
  // Listens to the database's commits for as long as it lives. Both outlive it.
  static std::shared_ptr<EventFeed> Create(store::Database& database,
                                           Executor& executor);
  EventFeed(const EventFeed&) = delete;
  EventFeed& operator=(const EventFeed&) = delete;
  ~EventFeed();

  // From now on `watch` is given what is new, until it is gone.
  void Add(const std::shared_ptr<EventWatch>& watch);

 private:
  EventFeed(store::Database& database, Executor& executor);

  void Committed();
  // On the strand.
  void Begin(const std::weak_ptr<EventWatch>& watch);
  void Pump();
  bool PumpPage();

  store::Database& database_;
  const std::shared_ptr<Strand> strand_;
  std::atomic<bool> watched_{false};
  std::atomic<bool> pump_posted_{false};
  std::vector<std::weak_ptr<EventWatch>> watches_;  // the strand's
  int64_t last_id_ = 0;                             // the strand's
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_EVENT_FEED_H_
