#include "services/orchestrator/work/strand.h"

#include <utility>

#include "absl/memory/memory.h"

namespace cardferry::orchestrator {

std::shared_ptr<Strand> Strand::Create(Executor& executor, size_t limit) {
  return absl::WrapUnique(new Strand(executor, limit));
}

void Strand::Enqueue(Task task) {
  waiting_.push_back(std::move(task));
  if (running_) return;
  running_ = true;
  executor_.Post([self = shared_from_this()] { self->RunOne(); });
}

bool Strand::Post(Task task) {
  absl::MutexLock lock(&mutex_);
  if (waiting_.size() >= limit_) return false;
  Enqueue(std::move(task));
  return true;
}

void Strand::PostAlways(Task task) {
  absl::MutexLock lock(&mutex_);
  Enqueue(std::move(task));
}

void Strand::PostAfter(absl::Duration delay, Task task) {
  executor_.PostAfter(
      delay, [weak = weak_from_this(), task = std::move(task)]() mutable {
        const std::shared_ptr<Strand> self = weak.lock();
        if (self != nullptr) self->PostAlways(std::move(task));
      });
}

void Strand::RunOne() {
  Task task;
  {
    absl::MutexLock lock(&mutex_);
    task = std::move(waiting_.front());
    waiting_.pop_front();
  }
  task();
  task = nullptr;
  absl::MutexLock lock(&mutex_);
  if (waiting_.empty()) {
    running_ = false;
  } else {
    // Behind the tasks of others: one busy strand starves nobody.
    executor_.Post([self = shared_from_this()] { self->RunOne(); });
  }
}

}  // namespace cardferry::orchestrator
