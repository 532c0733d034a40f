#include "services/orchestrator/operators/event_watch.h"

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "services/orchestrator/repository/journal_repository.h"

namespace cardferry::orchestrator {
namespace {

constexpr int64_t kPage = 256;

}  // namespace

std::shared_ptr<EventWatch> EventWatch::Create(Wanted wanted,
                                               store::Database& database,
                                               Executor& executor,
                                               Deliver deliver) {
  return absl::WrapUnique(new EventWatch(std::move(wanted), database, executor,
                                         std::move(deliver)));
}

void EventWatch::Ready() {
  absl::MutexLock lock(&mutex_);
  ready_ = true;
  Pump();
}

void EventWatch::Begin() {
  absl::MutexLock lock(&mutex_);
  begun_ = true;
  Pump();
}

void EventWatch::Stop() {
  Deliver deliver;
  absl::MutexLock lock(&mutex_);
  std::swap(deliver, deliver_);
  waiting_.clear();
  offered_.clear();
}

void EventWatch::Take(const JournalEntry& entry) {
  if (entry.id <= last_id_) return;
  last_id_ = entry.id;
  if (job_id_.empty() || entry.job_id == job_id_) waiting_.push_back(entry);
}

// What is offered while a page is read comes after what the page has. Before
// that all of it is in the journal, and will be read there.
void EventWatch::Offer(const std::vector<JournalEntry>& entries) {
  absl::MutexLock lock(&mutex_);
  if (deliver_ == nullptr || !end_.ok()) return;
  if (!live_ && !reading_) return;
  for (const JournalEntry& entry : entries) {
    if (reading_) {
      offered_.push_back(entry);
    } else {
      Take(entry);
    }
  }
  if (waiting_.size() > kMaxWaiting || offered_.size() > kMaxWaiting) {
    waiting_.clear();
    offered_.clear();
    end_ = absl::ResourceExhaustedError(
        absl::StrCat("events come faster than they are taken: more than ",
                     kMaxWaiting, " wait; watch again after the last one"));
  }
  Pump();
}

// Decides what to do next.
void EventWatch::Pump() {
  if (deliver_ == nullptr || !begun_ || !ready_ || delivering_) return;
  if (!end_.ok() || !waiting_.empty()) {
    delivering_ = true;
    executor_.Post([self = shared_from_this()] { self->DeliverOne(); });
  } else if (!live_ && !reading_) {
    reading_ = true;
    executor_.Post([self = shared_from_this()] { self->ReadPage(); });
  }
}

void EventWatch::ReadPage() {
  int64_t after = 0;
  {
    absl::MutexLock lock(&mutex_);
    after = last_id_;
  }
  const absl::StatusOr<std::vector<JournalEntry>> page =
      database_.Read([&](store::Transaction& tx) {
        return JournalRepository(tx).List(job_id_, after, kPage);
      });
  absl::MutexLock lock(&mutex_);
  reading_ = false;
  if (!page.ok()) {
    end_ = page.status();
  } else {
    for (const JournalEntry& entry : *page) Take(entry);
    live_ = static_cast<int64_t>(page->size()) < kPage;
    if (live_) {
      for (const JournalEntry& entry : offered_) Take(entry);
    }
  }
  offered_.clear();
  Pump();
}

void EventWatch::DeliverOne() {
  Deliver deliver;
  absl::StatusOr<JournalEntry> next = absl::InternalError("nothing waits");
  {
    absl::MutexLock lock(&mutex_);
    delivering_ = false;
    ready_ = false;
    if (deliver_ == nullptr) return;
    deliver = deliver_;
    if (!end_.ok()) {
      next = end_;
      deliver_ = nullptr;
    } else {
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
  }
  deliver(std::move(next));
}

}  // namespace cardferry::orchestrator
