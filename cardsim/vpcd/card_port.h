#ifndef CARDFERRY_CARDSIM_VPCD_CARD_PORT_H_
#define CARDFERRY_CARDSIM_VPCD_CARD_PORT_H_

#include <optional>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/status_word.h"

namespace cardferry::cardsim {

// A card as a reader meets it: its contacts.
class CardPort {
 public:
  virtual ~CardPort() = default;
  // The answer to reset (ISO/IEC 7816-3, 8.2).
  virtual Bytes Atr() const = 0;
  // Power, or a reset.
  virtual void Reset() = 0;
  // A command's bytes to its answer's, at least a status word.
  // DEADLINE_EXCEEDED when no answer ever comes, UNAVAILABLE when the card has
  // left the reader.
  virtual absl::StatusOr<Bytes> Transmit(ByteSpan command) = 0;
  // The next command is answered with `sw` by the card itself, which sees it
  // and does nothing of what it asks for (Card::RefuseNext). Contacts without a
  // card behind them need not know this.
  virtual void RefuseNext(card::StatusWord) {}
  // How long a card that has left stays out.
  virtual absl::Duration Absence() const { return absl::InfiniteDuration(); }
};

// The answer (without length) that a card gives to one frame of vpcd; nullopt
// where vpcd expects none. Frames of one byte are control: 00 power off, 01
// power on, 02 reset, 04 the ATR is asked for. Other frames are commands; an
// empty one, or another control byte, means nothing. Errors of
// CardPort::Transmit.
absl::StatusOr<std::optional<Bytes>> AnswerFrame(ByteSpan frame,
                                                 CardPort& card);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_VPCD_CARD_PORT_H_
