#include "services/orchestrator/jobs/job_board.h"

#include <utility>
#include <vector>

namespace cardferry::orchestrator {

JobBoard::Subscription JobBoard::Listen(const std::string& job_id,
                                        Listener listener) {
  Subscription subscription;
  subscription.listener_ = std::make_shared<Listener>(std::move(listener));
  absl::MutexLock lock(&mutex_);
  listeners_.emplace(job_id, subscription.listener_);
  return subscription;
}

void JobBoard::ShowProgress(const std::string& job_id, uint32_t done,
                            const std::string& label) {
  {
    absl::MutexLock lock(&mutex_);
    progress_[job_id] = {done, label};
  }
  Tell(job_id);
}

void JobBoard::Changed(const std::string& job_id) {
  {
    absl::MutexLock lock(&mutex_);
    progress_.erase(job_id);
  }
  Tell(job_id);
}

void JobBoard::AddProgress(Job& job) const {
  if (job.state != JobState::kRunning) return;
  absl::MutexLock lock(&mutex_);
  const auto found = progress_.find(job.id);
  if (found == progress_.end()) return;
  job.commands_done = found->second.done;
  job.label = found->second.label;
}

void JobBoard::Tell(const std::string& job_id) {
  std::vector<std::shared_ptr<Listener>> listeners;
  {
    absl::MutexLock lock(&mutex_);
    auto [begin, end] = listeners_.equal_range(job_id);
    while (begin != end) {
      std::shared_ptr<Listener> listener = begin->second.lock();
      if (listener == nullptr) {
        begin = listeners_.erase(begin);
        continue;
      }
      listeners.push_back(std::move(listener));
      ++begin;
    }
  }
  for (const std::shared_ptr<Listener>& listener : listeners) (*listener)();
}

}  // namespace cardferry::orchestrator
