#ifndef CARDFERRY_LIB_BASE_CLOCK_H_
#define CARDFERRY_LIB_BASE_CLOCK_H_

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace cardferry {

// Where the time comes from. Passed in, so that tests own it.
class Clock {
 public:
  virtual ~Clock() = default;
  // Wall-clock time. May jump: use it for expiry dates and records only.
  virtual absl::Time Now() const = 0;
};

// The system's wall clock.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::Now(); }
};

}  // namespace cardferry

#endif  // CARDFERRY_LIB_BASE_CLOCK_H_
