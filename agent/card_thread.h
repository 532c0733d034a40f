#ifndef CARDFERRY_AGENT_CARD_THREAD_H_
#define CARDFERRY_AGENT_CARD_THREAD_H_

#include <chrono>
#include <functional>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace cardferry::agent {

// Says of a thread that makes blocking calls whether one is under way, and
// lets another thread give that call up. Safe from any thread.
class CallGuard {
 public:
  // `look_again`: a call is given up at most so much too late.
  explicit CallGuard(absl::Duration look_again) : look_again_(look_again) {}

  // On the calling thread, before and after each call. Begin false: the call
  // must not be made. End false: it was given up, and whoever waited for it is
  // not there any more.
  bool Begin(absl::Duration patience);
  bool End();
  // Instead of Begin for a call that only lets go of what it holds: it is made
  // even after CutShort.
  bool BeginClosing(absl::Duration patience);

  // Work begins: a number of calls with something in between.
  void BeginWork();
  void EndWork();

  // On the waiting thread: waits for EndWork. False when a call took longer
  // than its patience, or was under way after CutShort: it is given up then.
  bool AwaitWork();

  // No call is begun any more, and one under way is given up.
  void CutShort();
  // The thread makes no more calls.
  void NoteEnd();

  bool given_up() const;
  bool ended() const;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  bool BeginCall(absl::Duration patience) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration Left() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const absl::Duration look_again_;
  mutable absl::Mutex mutex_;
  bool working_ ABSL_GUARDED_BY(mutex_) = false;
  bool calling_ ABSL_GUARDED_BY(mutex_) = false;
  bool closing_ ABSL_GUARDED_BY(mutex_) = false;
  SteadyTime call_start_ ABSL_GUARDED_BY(mutex_);
  absl::Duration patience_ ABSL_GUARDED_BY(mutex_);
  bool cut_short_ ABSL_GUARDED_BY(mutex_) = false;
  bool given_up_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

// A thread whose work is waited for, but not for ever.
class CardThread {
 public:
  using Work = std::function<void(CallGuard&)>;

  explicit CardThread(absl::Duration look_again);
  CardThread(const CardThread&) = delete;
  CardThread& operator=(const CardThread&) = delete;
  // Waits for the thread's end, unless it was given up.
  ~CardThread();

  // Does `work` on the thread and waits for it. False when it was given up:
  // then `work` may still run, must own what it touches, and nothing more is
  // done here.
  bool Do(Work work);

  void CutShort() { shared_->guard.CutShort(); }
  bool ended() const { return shared_->guard.ended(); }

 private:
  // Lives until owner and thread are both done with it.
  struct Shared {
    explicit Shared(absl::Duration look_again) : guard(look_again) {}
    CallGuard guard;
    absl::Mutex mutex;
    Work work ABSL_GUARDED_BY(mutex);
    bool stopping ABSL_GUARDED_BY(mutex) = false;
  };

  static void Run(const std::shared_ptr<Shared>& shared);

  const std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_CARD_THREAD_H_
