#ifndef CARDFERRY_LIB_BASE_TESTING_FAKE_CLOCK_H_
#define CARDFERRY_LIB_BASE_TESTING_FAKE_CLOCK_H_

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "lib/base/clock.h"

namespace cardferry {

// A clock that moves only when told to. Not a timer: nobody is woken.
class FakeClock final : public Clock {
 public:
  explicit FakeClock(absl::Time now = absl::FromUnixSeconds(1'800'000'000))
      : now_(now) {}

  absl::Time Now() const override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }
  void Advance(absl::Duration by) {
    absl::MutexLock lock(&mutex_);
    now_ += by;
  }

 private:
  mutable absl::Mutex mutex_;
  absl::Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry

#endif  // CARDFERRY_LIB_BASE_TESTING_FAKE_CLOCK_H_
