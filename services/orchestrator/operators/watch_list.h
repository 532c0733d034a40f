#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_WATCH_LIST_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_WATCH_LIST_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "lib/store/database.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"
#include "services/orchestrator/operators/event_feed.h"
#include "services/orchestrator/operators/event_watch.h"
#include "services/orchestrator/operators/job_watch.h"

namespace cardferry::orchestrator {

// The streams of WatchJob and WatchEvents that are open. Safe from any thread.
class WatchList {
 public:
  // More cannot be open at the same time: each costs memory.
  static constexpr size_t kMaxStreams = 256;

  WatchList() = default;
  WatchList(const WatchList&) = delete;
  WatchList& operator=(const WatchList&) = delete;

  // A stream of one job, from now until it is over; ends by itself.
  grpc::ServerWriteReactor<v1::Job>* OpenJob(const std::string& job_id,
                                             OperatorDesk& desk,
                                             JobBoard& board,
                                             Executor& executor);
  // A stream of events; does not end by itself. `feed`, `database` and
  // `executor` outlive the list.
  grpc::ServerWriteReactor<v1::Event>* OpenEvents(EventWatch::Wanted wanted,
                                                  EventFeed& feed,
                                                  store::Database& database,
                                                  Executor& executor);
  // Ends all streams with UNAVAILABLE; new ones end at once.
  void EndAll();

 private:
  class Stream;
  template <typename Message>
  class StreamOf;

  // Why a stream that has just been made must not begin.
  absl::Status Remember(const std::shared_ptr<Stream>& stream);
  void Forget(const std::shared_ptr<Stream>& stream);

  absl::Mutex mutex_;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<std::shared_ptr<Stream>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_WATCH_LIST_H_
