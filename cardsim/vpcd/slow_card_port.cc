#include "cardsim/vpcd/slow_card_port.h"

#include "absl/time/clock.h"

namespace cardferry::cardsim {

Bytes SlowCardPort::Transmit(ByteSpan command) {
  absl::SleepFor(per_command_);
  return inner_.Transmit(command);
}

}  // namespace cardferry::cardsim
