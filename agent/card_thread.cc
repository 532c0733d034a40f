#include "agent/card_thread.h"

#include <algorithm>
#include <utility>

namespace cardferry::agent {

bool CallGuard::BeginCall(absl::Duration patience) {
  if (given_up_) return false;
  calling_ = true;
  call_start_ = std::chrono::steady_clock::now();
  patience_ = patience;
  return true;
}

bool CallGuard::Begin(absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  closing_ = false;
  return !cut_short_ && BeginCall(patience);
}

bool CallGuard::BeginClosing(absl::Duration patience) {
  absl::MutexLock lock(&mutex_);
  closing_ = true;
  return BeginCall(patience);
}

bool CallGuard::End() {
  absl::MutexLock lock(&mutex_);
  calling_ = false;
  return !given_up_;
}

void CallGuard::BeginWork() {
  absl::MutexLock lock(&mutex_);
  working_ = true;
}

void CallGuard::EndWork() {
  absl::MutexLock lock(&mutex_);
  working_ = false;
}

absl::Duration CallGuard::Left() const {
  if (!calling_) return absl::InfiniteDuration();
  if (cut_short_ && !closing_) return absl::ZeroDuration();
  return patience_ -
         absl::FromChrono(std::chrono::steady_clock::now() - call_start_);
}

// The waiting thread is not woken for every call: it looks again so often that
// none is overlooked for long.
bool CallGuard::AwaitWork() {
  absl::MutexLock lock(&mutex_);
  while (working_) {
    const absl::Duration left = Left();
    if (left <= absl::ZeroDuration()) {
      given_up_ = true;
      return false;
    }
    const bool was_cut_short = cut_short_;
    const auto changed = [this, was_cut_short]()
                             ABSL_NO_THREAD_SAFETY_ANALYSIS {
                               return !working_ || cut_short_ != was_cut_short;
                             };
    mutex_.AwaitWithTimeout(absl::Condition(&changed),
                            std::min(left, look_again_));
  }
  return true;
}

void CallGuard::CutShort() {
  absl::MutexLock lock(&mutex_);
  cut_short_ = true;
}

void CallGuard::NoteEnd() {
  absl::MutexLock lock(&mutex_);
  ended_ = true;
}

bool CallGuard::given_up() const {
  absl::MutexLock lock(&mutex_);
  return given_up_;
}

bool CallGuard::ended() const {
  absl::MutexLock lock(&mutex_);
  return ended_;
}

CardThread::CardThread(absl::Duration look_again)
    : shared_(std::make_shared<Shared>(look_again)) {
  thread_ = std::thread([shared = shared_] { Run(shared); });
}

CardThread::~CardThread() {
  {
    absl::MutexLock lock(&shared_->mutex);
    shared_->stopping = true;
  }
  if (shared_->guard.given_up() && !shared_->guard.ended()) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

bool CardThread::Do(Work work) {
  if (shared_->guard.given_up()) return false;
  shared_->guard.BeginWork();
  {
    absl::MutexLock lock(&shared_->mutex);
    shared_->work = std::move(work);
  }
  return shared_->guard.AwaitWork();
}

void CardThread::Run(const std::shared_ptr<Shared>& shared) {
  while (!shared->guard.given_up()) {
    Work work;
    {
      absl::MutexLock lock(&shared->mutex);
      const auto due = [&shared]() ABSL_NO_THREAD_SAFETY_ANALYSIS {
        return shared->stopping || shared->work != nullptr;
      };
      shared->mutex.Await(absl::Condition(&due));
      if (shared->work == nullptr) break;
      work = std::exchange(shared->work, nullptr);
    }
    work(shared->guard);
    work = nullptr;
    shared->guard.EndWork();
  }
  shared->guard.NoteEnd();
}

}  // namespace cardferry::agent
