#include "lib/store/session_queue.h"

#include <utility>

#include "lib/base/status_macros.h"

namespace cardferry::store {

SessionQueue::SessionQueue(std::string path, SqliteSession::Kind kind,
                           int limit)
    : path_(std::move(path)), kind_(kind), free_(limit) {}

SessionQueue::Lease::~Lease() {
  if (session_ == nullptr) return;  // moved away
  if (session_->InTransaction() && !session_->Run("ROLLBACK").ok()) {
    session_.reset();
  }
  queue_.GiveBack(std::move(session_));
}

absl::StatusOr<SessionQueue::Lease> SessionQueue::Take(absl::Time deadline) {
  ASSIGN_OR_RETURN(std::unique_ptr<SqliteSession> session, Reserve(deadline));
  if (session == nullptr) {
    auto opened = SqliteSession::Open(path_, kind_);
    if (!opened.ok()) {
      GiveBack(nullptr);
      return opened.status();
    }
    session = *std::move(opened);
  }
  return Lease(*this, std::move(session));
}

absl::StatusOr<std::unique_ptr<SqliteSession>> SessionQueue::Reserve(
    absl::Time deadline) {
  absl::MutexLock lock(&mutex_);
  while (free_ == 0) {
    if (given_back_.WaitWithDeadline(&mutex_, deadline) && free_ == 0) {
      return absl::UnavailableError("no database connection became free");
    }
  }
  --free_;
  if (idle_.empty()) return nullptr;
  std::unique_ptr<SqliteSession> session = std::move(idle_.back());
  idle_.pop_back();
  return session;
}

void SessionQueue::GiveBack(std::unique_ptr<SqliteSession> session) {
  absl::MutexLock lock(&mutex_);
  if (session != nullptr) idle_.push_back(std::move(session));
  ++free_;
  given_back_.Signal();
}

}  // namespace cardferry::store
