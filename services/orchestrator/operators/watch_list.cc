#include "services/orchestrator/operators/watch_list.h"

#include <utility>

#include "lib/rpc/grpc_status.h"
#include "services/orchestrator/operators/orchestrator_proto.h"

namespace cardferry::orchestrator {

// One stream: writes a job, waits until that is written, writes the next.
class WatchList::Stream final : public grpc::ServerWriteReactor<v1::Job>,
                                public std::enable_shared_from_this<Stream> {
 public:
  explicit Stream(WatchList& list) : list_(list) {}

  void Begin(const std::string& job_id, OperatorDesk& desk, JobBoard& board,
             Executor& executor) {
    const std::weak_ptr<Stream> weak = weak_from_this();
    watch_ = JobWatch::Create(
        job_id, desk, board, executor, [weak](absl::StatusOr<Job> job) {
          const std::shared_ptr<Stream> alive = weak.lock();
          if (alive != nullptr) alive->Show(job);
        });
    watch_->Ready();
  }

  // Ends the stream, after the write that is under way.
  void End(const absl::Status& status) {
    absl::ReleasableMutexLock lock(&mutex_);
    if (!ending_) end_ = status;
    ending_ = true;
    if (!TakeFinish()) return;
    const grpc::Status end = rpc::ToGrpc(end_);
    lock.Release();
    Finish(end);
  }

  void OnWriteDone(bool ok) override {
    bool last = false;
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      last = !ok || over_ || ending_;
    }
    if (last) {
      End(absl::OkStatus());
    } else {
      watch_->Ready();
    }
  }

  void OnCancel() override { End(absl::CancelledError("cancelled")); }

  void OnDone() override {
    watch_->Stop();
    list_.Forget(shared_from_this());
  }

 private:
  // True once, when Finish may be called.
  bool TakeFinish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!ending_ || writing_ || finished_) return false;
    finished_ = true;
    return true;
  }

  void Show(const absl::StatusOr<Job>& job) {
    if (!job.ok()) {
      End(job.status());
      return;
    }
    {
      absl::MutexLock lock(&mutex_);
      if (ending_) return;
      writing_ = true;
      over_ = IsOver(job->state);
      message_.Clear();
      Render(*job, message_);
    }
    StartWrite(&message_);
  }

  WatchList& list_;
  std::shared_ptr<JobWatch> watch_;
  v1::Job message_;  // gRPC's while a write is under way
  absl::Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;  // the job is
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status end_ ABSL_GUARDED_BY(mutex_);
};

grpc::ServerWriteReactor<v1::Job>* WatchList::Open(const std::string& job_id,
                                                   OperatorDesk& desk,
                                                   JobBoard& board,
                                                   Executor& executor) {
  const auto stream = std::make_shared<Stream>(*this);
  bool over = false;
  {
    absl::MutexLock lock(&mutex_);
    streams_.insert(stream);
    over = over_;
  }
  stream->Begin(job_id, desk, board, executor);
  if (over) stream->End(absl::UnavailableError("the service stops"));
  return stream.get();
}

void WatchList::EndAll() {
  absl::flat_hash_set<std::shared_ptr<Stream>> streams;
  {
    absl::MutexLock lock(&mutex_);
    over_ = true;
    streams = streams_;
  }
  for (const std::shared_ptr<Stream>& stream : streams) {
    stream->End(absl::UnavailableError("the service stops; watch again"));
  }
}

void WatchList::Forget(const std::shared_ptr<Stream>& stream) {
  absl::MutexLock lock(&mutex_);
  streams_.erase(stream);
}

}  // namespace cardferry::orchestrator
