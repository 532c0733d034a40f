#include "services/orchestrator/operators/job_watch.h"

#include "absl/memory/memory.h"

namespace cardferry::orchestrator {

std::shared_ptr<JobWatch> JobWatch::Create(std::string job_id,
                                           OperatorDesk& desk, JobBoard& board,
                                           Executor& executor,
                                           Deliver deliver) {
  std::shared_ptr<JobWatch> watch = absl::WrapUnique(
      new JobWatch(std::move(job_id), desk, executor, std::move(deliver)));
  // Listening begins before the first read: no change falls between them.
  JobBoard::Subscription subscription =
      board.Listen(watch->job_id_, [weak = std::weak_ptr<JobWatch>(watch)] {
        if (const std::shared_ptr<JobWatch> alive = weak.lock()) {
          alive->Changed();
        }
      });
  absl::MutexLock lock(&watch->mutex_);
  watch->subscription_ = std::move(subscription);
  return watch;
}

void JobWatch::Ready() {
  absl::MutexLock lock(&mutex_);
  ready_ = true;
  Pump();
}

void JobWatch::Changed() {
  absl::MutexLock lock(&mutex_);
  changed_ = true;
  Pump();
}

void JobWatch::Stop() {
  JobBoard::Subscription subscription;
  Deliver deliver;
  absl::MutexLock lock(&mutex_);
  std::swap(subscription, subscription_);
  std::swap(deliver, deliver_);
}

void JobWatch::Pump() {
  if (!ready_ || !changed_ || deliver_ == nullptr) return;
  ready_ = false;
  changed_ = false;
  executor_.Post([self = shared_from_this()] { self->Read(); });
}

void JobWatch::Read() {
  absl::StatusOr<Job> job = desk_.GetJob(job_id_);
  Deliver deliver;
  {
    absl::MutexLock lock(&mutex_);
    deliver = deliver_;
  }
  if (deliver != nullptr) deliver(std::move(job));
}

}  // namespace cardferry::orchestrator
