#include "agent/session_meter.h"

namespace cardferry::agent {

using std::chrono::steady_clock;

void SessionMeter::Start() {
  start_ = steady_clock::now();
  waiting_ = false;
  counted_ = Measurements();
}

void SessionMeter::BeginWait() {
  if (waiting_) return;
  waiting_ = true;
  wait_start_ = steady_clock::now();
  ++counted_.round_trips;
}

void SessionMeter::EndWait() {
  if (!waiting_) return;
  waiting_ = false;
  counted_.waited += absl::FromChrono(steady_clock::now() - wait_start_);
}

void SessionMeter::CountExchanges(uint32_t apdus, uint64_t bytes,
                                  absl::Duration took) {
  counted_.apdus += apdus;
  counted_.bytes += bytes;
  counted_.card += took;
}

Measurements SessionMeter::Read() const {
  Measurements read = counted_;
  read.total = absl::FromChrono(steady_clock::now() - start_);
  return read;
}

}  // namespace cardferry::agent
