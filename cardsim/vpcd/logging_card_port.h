#ifndef CARDFERRY_CARDSIM_VPCD_LOGGING_CARD_PORT_H_
#define CARDFERRY_CARDSIM_VPCD_LOGGING_CARD_PORT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cardsim/vpcd/card_port.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/status_word.h"

namespace cardferry::cardsim {

// Writes a log line for every command and reset: header, lengths and status
// word, never data.
class LoggingCardPort final : public CardPort {
 public:
  // `inner` lives longer.
  explicit LoggingCardPort(CardPort& inner) : inner_(inner) {}

  Bytes Atr() const override { return inner_.Atr(); }
  void Reset() override;
  absl::StatusOr<Bytes> Transmit(ByteSpan command) override;
  void RefuseNext(card::StatusWord sw) override { inner_.RefuseNext(sw); }
  absl::Duration Absence() const override { return inner_.Absence(); }

 private:
  CardPort& inner_;
};

// "84F28002, 24 bytes -> 9000, 38 bytes": the header of a command and its whole
// length, then status word and whole length of its answer; "no answer" for an
// empty one.
std::string DescribeExchange(ByteSpan command, ByteSpan answer);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_VPCD_LOGGING_CARD_PORT_H_
