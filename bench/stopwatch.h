#ifndef CARDFERRY_BENCH_STOPWATCH_H_
#define CARDFERRY_BENCH_STOPWATCH_H_

#include <time.h>

#include "absl/time/time.h"

namespace cardferry::bench {

// Adds the processor time that this thread takes during its life to a sum: not
// the time of day, because the machine may be busy with other things.
class Stopwatch {
 public:
  explicit Stopwatch(absl::Duration& sum) : sum_(sum), start_(ThreadTime()) {}
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;
  ~Stopwatch() { sum_ += ThreadTime() - start_; }

 private:
  static absl::Time ThreadTime() {
    timespec now = {};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return absl::TimeFromTimespec(now);
  }

  absl::Duration& sum_;
  const absl::Time start_;
};

}  // namespace cardferry::bench

#endif  // CARDFERRY_BENCH_STOPWATCH_H_
