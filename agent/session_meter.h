#ifndef CARDFERRY_AGENT_SESSION_METER_H_
#define CARDFERRY_AGENT_SESSION_METER_H_

#include <chrono>
#include <cstdint>

#include "absl/time/time.h"

namespace cardferry::agent {

// What one session at a reader cost, counted from the card's insertion (or the
// job's arrival, if later) to the last command's answer.
struct Measurements {
  uint32_t round_trips = 0;  // how often the server was waited for
  uint32_t apdus = 0;
  uint64_t bytes = 0;  // of command and response APDUs
  absl::Duration card;
  absl::Duration waited;
  absl::Duration total;
};

// Counts it. Used by one thread.
class SessionMeter {
 public:
  // A new session starts now.
  void Start();

  // Waiting for the server begins, unless it has begun already.
  void BeginWait();
  // The message that was waited for is here; nothing when none was.
  void EndWait();

  // So many commands and their answers.
  void CountExchanges(uint32_t apdus, uint64_t bytes, absl::Duration took);

  // The figures up to now.
  Measurements Read() const;

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  SteadyTime start_ = std::chrono::steady_clock::now();
  SteadyTime wait_start_;
  bool waiting_ = false;
  Measurements counted_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_SESSION_METER_H_
