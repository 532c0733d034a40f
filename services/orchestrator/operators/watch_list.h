#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_WATCH_LIST_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_WATCH_LIST_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"
#include "services/orchestrator/operators/job_watch.h"

namespace cardferry::orchestrator {

// The streams of WatchJob that are open. Safe from any thread.
class WatchList {
 public:
  WatchList() = default;
  WatchList(const WatchList&) = delete;
  WatchList& operator=(const WatchList&) = delete;

  // A stream of one job, from now until it is over; ends by itself.
  grpc::ServerWriteReactor<v1::Job>* Open(const std::string& job_id,
                                          OperatorDesk& desk, JobBoard& board,
                                          Executor& executor);
  // Ends all streams with UNAVAILABLE; new ones end at once.
  void EndAll();

 private:
  class Stream;

  void Forget(const std::shared_ptr<Stream>& stream);

  absl::Mutex mutex_;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  absl::flat_hash_set<std::shared_ptr<Stream>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_WATCH_LIST_H_
