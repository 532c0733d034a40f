#include "lib/pkcs11/session_pool.h"

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::pkcs11 {

absl::StatusOr<std::optional<Session>> SessionPool::TakePlace() {
  const absl::Time latest = absl::Now() + options_.deadline;
  absl::MutexLock lock(&mutex_);
  while (lent_ >= options_.limit) {
    if (freed_.WaitWithDeadline(&mutex_, latest) && lent_ >= options_.limit) {
      return absl::UnavailableError(absl::StrCat(
          "all ", options_.limit, " HSM sessions are in use; waited ",
          absl::FormatDuration(options_.deadline)));
    }
  }
  ++lent_;
  return TakeIdle();
}

std::optional<Session> SessionPool::TakeIdle() {
  if (idle_.empty()) return std::nullopt;
  std::optional<Session> session(std::move(idle_.back()));
  idle_.pop_back();
  return session;
}

void SessionPool::Discard(ObjectHandle object) {
  std::optional<Session> session;
  {
    absl::MutexLock lock(&mutex_);
    discarded_.push_back(object);
    // Nothing is idle: either a session will come back, or none is open, and
    // with the sessions their objects have gone.
    if (lent_ >= options_.limit || idle_.empty()) return;
    ++lent_;
    session = TakeIdle();
  }
  TakeBack(*std::move(session));
}

void SessionPool::Clean(Session& session) {
  std::vector<ObjectHandle> discarded;
  {
    absl::MutexLock lock(&mutex_);
    discarded.swap(discarded_);
  }
  for (const ObjectHandle object : discarded) session.Destroy(object);
}

void SessionPool::LeavePlace() {
  absl::MutexLock lock(&mutex_);
  --lent_;
  freed_.Signal();
}

absl::StatusOr<SessionPool::Lease> SessionPool::Borrow() {
  ASSIGN_OR_RETURN(std::optional<Session> session, TakePlace());
  if (session.has_value()) return Lease(*this, *std::move(session));
  absl::StatusOr<Session> opened = opener_();  // into the HSM: no lock held
  if (!opened.ok()) {
    LeavePlace();
    return opened.status();
  }
  return Lease(*this, *std::move(opened));
}

void SessionPool::TakeBack(Session session) {
  Clean(session);
  if (session.broken()) {
    const Session closed = std::move(session);  // closes before the place frees
  } else {
    absl::MutexLock lock(&mutex_);
    idle_.push_back(std::move(session));
  }
  LeavePlace();
}

size_t SessionPool::lent() const {
  absl::MutexLock lock(&mutex_);
  return lent_;
}

}  // namespace cardferry::pkcs11
