#include "services/orchestrator/work/thread_pool.h"

#include "absl/time/clock.h"

namespace cardferry::orchestrator {

ThreadPool::ThreadPool(int threads) {
  for (int i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { Work(); });
  }
}

ThreadPool::~ThreadPool() { Stop(); }

void ThreadPool::Post(Task task) {
  absl::MutexLock lock(&mutex_);
  if (stopping_ && running_ == 0) return;
  ready_.push_back(std::move(task));
  changed_.Signal();
}

void ThreadPool::PostAfter(absl::Duration delay, Task task) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return;
  timers_.emplace(absl::Now() + delay, std::move(task));
  changed_.Signal();
}

void ThreadPool::Stop() {
  std::multimap<absl::Time, Task> dropped;
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    dropped.swap(timers_);
    changed_.SignalAll();
  }
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void ThreadPool::TakeDueTimers() {
  const absl::Time now = absl::Now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    ready_.push_back(std::move(timers_.begin()->second));
    timers_.erase(timers_.begin());
  }
  if (ready_.size() > 1) changed_.SignalAll();
}

bool ThreadPool::Next(Task& task) {
  absl::MutexLock lock(&mutex_);
  while (true) {
    TakeDueTimers();
    if (!ready_.empty()) {
      task = std::move(ready_.front());
      ready_.pop_front();
      ++running_;
      return true;
    }
    // A running task may still post more.
    if (stopping_ && running_ == 0) return false;
    const absl::Time wake =
        timers_.empty() ? absl::InfiniteFuture() : timers_.begin()->first;
    changed_.WaitWithDeadline(&mutex_, wake);
  }
}

void ThreadPool::Work() {
  Task task;
  while (Next(task)) {
    task();
    task = nullptr;  // what it holds goes before the next one
    absl::MutexLock lock(&mutex_);
    if (--running_ == 0 && stopping_) changed_.SignalAll();
  }
}

}  // namespace cardferry::orchestrator
