#ifndef CARDFERRY_LIB_PKCS11_SESSION_POOL_H_
#define CARDFERRY_LIB_PKCS11_SESSION_POOL_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/pkcs11/session.h"

namespace cardferry::pkcs11 {

// Lends sessions, each to one borrower at a time. What was lent comes back by
// itself at the end of the lease; a session that failed meanwhile is closed
// and not lent again. Safe from any thread; outlives its leases.
//
// Who holds a lease and waits for another can only be freed by the deadline: a
// thread holds one lease at a time. What is to live longer than a lease is a
// PooledObject.
class SessionPool {
 public:
  struct Options {
    size_t limit = 8;  // sessions at most
    absl::Duration deadline = absl::Seconds(5);
  };
  using Opener = std::function<absl::StatusOr<Session>()>;

  // A borrowed session. Move-only; gives it back when it ends.
  class Lease {
   public:
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)),
          session_(std::move(other.session_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (pool_ != nullptr) pool_->TakeBack(std::move(*session_));
    }
    Session& operator*() { return *session_; }
    Session* operator->() { return &*session_; }

   private:
    friend class SessionPool;
    Lease(SessionPool& pool, Session session)
        : pool_(&pool), session_(std::move(session)) {}

    SessionPool* pool_;
    std::optional<Session> session_;
  };

  SessionPool(Opener opener, const Options& options)
      : opener_(std::move(opener)), options_(options) {}

  // Waits until a session is free, at most as long as the deadline:
  // UNAVAILABLE after that.
  absl::StatusOr<Lease> Borrow() ABSL_LOCKS_EXCLUDED(mutex_);

  // Destroys a session object that outlived the lease in which it was made:
  // at once when a session is idle, else when the next one comes back. An
  // object dies with the session that made it, too.
  void Discard(ObjectHandle object) ABSL_LOCKS_EXCLUDED(mutex_);

  size_t lent() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // Takes one of the `limit` places: with the idle session that it finds, or
  // with none, for the caller to open one.
  absl::StatusOr<std::optional<Session>> TakePlace()
      ABSL_LOCKS_EXCLUDED(mutex_);
  void LeavePlace() ABSL_LOCKS_EXCLUDED(mutex_);
  std::optional<Session> TakeIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Destroys what was discarded meanwhile.
  void Clean(Session& session) ABSL_LOCKS_EXCLUDED(mutex_);
  void TakeBack(Session session) ABSL_LOCKS_EXCLUDED(mutex_);

  const Opener opener_;
  const Options options_;
  mutable absl::Mutex mutex_;
  absl::CondVar freed_;
  std::vector<Session> idle_ ABSL_GUARDED_BY(mutex_);
  size_t lent_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<ObjectHandle> discarded_ ABSL_GUARDED_BY(mutex_);
};

// The one owner of a session object that lives from lease to lease. Its pool
// outlives it.
class PooledObject {
 public:
  PooledObject() = default;
  PooledObject(SessionPool& pool, Object object)
      : pool_(&pool), handle_(object.Release()) {}
  PooledObject(PooledObject&& other) noexcept { *this = std::move(other); }
  PooledObject& operator=(PooledObject&& other) noexcept {
    if (this == &other) return *this;
    if (pool_ != nullptr) pool_->Discard(handle_);
    pool_ = std::exchange(other.pool_, nullptr);
    handle_ = other.handle_;
    return *this;
  }
  ~PooledObject() {
    if (pool_ != nullptr) pool_->Discard(handle_);
  }

  ObjectHandle handle() const { return handle_; }

 private:
  SessionPool* pool_ = nullptr;
  ObjectHandle handle_ = kNoObject;
};

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_SESSION_POOL_H_
