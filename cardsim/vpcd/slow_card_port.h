#ifndef CARDFERRY_CARDSIM_VPCD_SLOW_CARD_PORT_H_
#define CARDFERRY_CARDSIM_VPCD_SLOW_CARD_PORT_H_

#include "absl/time/time.h"
#include "cardsim/vpcd/card_port.h"

namespace cardferry::cardsim {

// Takes its time for every command, as a chip does: what the software card does
// in microseconds takes a real one 10 to 50 ms.
class SlowCardPort final : public CardPort {
 public:
  // `inner` lives longer.
  SlowCardPort(CardPort& inner, absl::Duration per_command)
      : inner_(inner), per_command_(per_command) {}

  Bytes Atr() const override { return inner_.Atr(); }
  void Reset() override { inner_.Reset(); }
  Bytes Transmit(ByteSpan command) override;

 private:
  CardPort& inner_;
  const absl::Duration per_command_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_VPCD_SLOW_CARD_PORT_H_
