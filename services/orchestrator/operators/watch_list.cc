#include "services/orchestrator/operators/watch_list.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/rpc/grpc_status.h"
#include "services/orchestrator/operators/orchestrator_proto.h"

namespace cardferry::orchestrator {
namespace {

bool IsLast(const Job& job) { return IsOver(job.state); }
bool IsLast(const JournalEntry&) { return false; }

}  // namespace

class WatchList::Stream {
 public:
  virtual ~Stream() = default;
  // Ends the stream, after the write that is under way.
  virtual void End(const absl::Status& status) = 0;
};

// One stream: writes a message, waits until that is written, writes the next.
template <typename Message>
class WatchList::StreamOf final
    : public Stream,
      public grpc::ServerWriteReactor<Message>,
      public std::enable_shared_from_this<StreamOf<Message>> {
 public:
  explicit StreamOf(WatchList& list) : list_(list) {}

  // What Deliver does with a job or an event.
  template <typename Value>
  std::function<void(absl::StatusOr<Value>)> Shower() {
    return [weak = this->weak_from_this()](absl::StatusOr<Value> value) {
      if (const auto alive = weak.lock()) alive->Show(value);
    };
  }

  void Begin(std::shared_ptr<Watch> watch) {
    watch_ = std::move(watch);
    watch_->Ready();
  }

  void End(const absl::Status& status) override {
    absl::ReleasableMutexLock lock(&mutex_);
    if (!ending_) end_ = status;
    ending_ = true;
    if (!TakeFinish()) return;
    const grpc::Status end = rpc::ToGrpc(end_);
    lock.Release();
    this->Finish(end);
  }

  void OnWriteDone(bool ok) override {
    bool last = false;
    {
      absl::MutexLock lock(&mutex_);
      writing_ = false;
      last = !ok || last_ || ending_;
    }
    if (last) {
      End(absl::OkStatus());
    } else {
      watch_->Ready();
    }
  }

  void OnCancel() override { End(absl::CancelledError("cancelled")); }

  void OnDone() override {
    if (watch_ != nullptr) watch_->Stop();
    list_.Forget(this->shared_from_this());
  }

 private:
  // True once, when Finish may be called.
  bool TakeFinish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!ending_ || writing_ || finished_) return false;
    finished_ = true;
    return true;
  }

  template <typename Value>
  void Show(const absl::StatusOr<Value>& value) {
    if (!value.ok()) {
      End(value.status());
      return;
    }
    {
      absl::MutexLock lock(&mutex_);
      if (ending_) return;
      writing_ = true;
      last_ = IsLast(*value);
      message_.Clear();
      Render(*value, message_);
    }
    this->StartWrite(&message_);
  }

  WatchList& list_;
  std::shared_ptr<Watch> watch_;
  Message message_;  // gRPC's while a write is under way
  absl::Mutex mutex_;
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool last_ ABSL_GUARDED_BY(mutex_) = false;  // nothing comes after it
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status end_ ABSL_GUARDED_BY(mutex_);
};

grpc::ServerWriteReactor<v1::Job>* WatchList::OpenJob(const std::string& job_id,
                                                      OperatorDesk& desk,
                                                      JobBoard& board,
                                                      Executor& executor) {
  const auto stream = std::make_shared<StreamOf<v1::Job>>(*this);
  const absl::Status refused = Remember(stream);
  if (refused.ok()) {
    stream->Begin(
        JobWatch::Create(job_id, desk, board, executor, stream->Shower<Job>()));
  } else {
    stream->End(refused);
  }
  return stream.get();
}

grpc::ServerWriteReactor<v1::Event>* WatchList::OpenEvents(
    EventWatch::Wanted wanted, EventFeed& feed, store::Database& database,
    Executor& executor) {
  const auto stream = std::make_shared<StreamOf<v1::Event>>(*this);
  const absl::Status refused = Remember(stream);
  if (refused.ok()) {
    const std::shared_ptr<EventWatch> watch = EventWatch::Create(
        std::move(wanted), database, executor, stream->Shower<JournalEntry>());
    // The client may wait for this before it does what it wants to watch.
    stream->StartSendInitialMetadata();
    stream->Begin(watch);
    feed.Add(watch);
  } else {
    stream->End(refused);
  }
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

absl::Status WatchList::Remember(const std::shared_ptr<Stream>& stream) {
  absl::MutexLock lock(&mutex_);
  const bool full = streams_.size() >= kMaxStreams;
  streams_.insert(stream);
  if (over_) return absl::UnavailableError("the service stops");
  if (!full) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("more than ", kMaxStreams, " watch already; try later"));
}

void WatchList::Forget(const std::shared_ptr<Stream>& stream) {
  absl::MutexLock lock(&mutex_);
  streams_.erase(stream);
}

}  // namespace cardferry::orchestrator
