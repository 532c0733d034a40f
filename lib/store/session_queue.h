#ifndef CARDFERRY_LIB_STORE_SESSION_QUEUE_H_
#define CARDFERRY_LIB_STORE_SESSION_QUEUE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/store/sqlite_session.h"

namespace cardferry::store {

// Lends connections of one kind, at most `limit` at once. Safe from any thread.
class SessionQueue {
 public:
  SessionQueue(std::string path, SqliteSession::Kind kind, int limit);

  // One borrowed connection; gives it back when it goes. A transaction that is
  // still open then is rolled back; a connection on which even that fails is
  // closed, not lent again.
  class Lease {
   public:
    Lease(Lease&& other) = default;
    Lease& operator=(Lease&& other) = delete;
    ~Lease();

    SqliteSession& operator*() const { return *session_; }
    SqliteSession* operator->() const { return session_.get(); }

   private:
    friend class SessionQueue;
    Lease(SessionQueue& queue, std::unique_ptr<SqliteSession> session)
        : queue_(queue), session_(std::move(session)) {}

    SessionQueue& queue_;
    std::unique_ptr<SqliteSession> session_;
  };

  // UNAVAILABLE when none is free until `deadline`, or what opening one said.
  absl::StatusOr<Lease> Take(absl::Time deadline);

 private:
  // Reserves the right to hold a connection, with an idle one if there is any.
  absl::StatusOr<std::unique_ptr<SqliteSession>> Reserve(absl::Time deadline);
  void GiveBack(std::unique_ptr<SqliteSession> session);

  const std::string path_;
  const SqliteSession::Kind kind_;
  absl::Mutex mutex_;
  absl::CondVar given_back_;
  int free_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<SqliteSession>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::store

#endif  // CARDFERRY_LIB_STORE_SESSION_QUEUE_H_
