#ifndef CARDFERRY_CARDSIM_VPCD_CARD_PORT_H_
#define CARDFERRY_CARDSIM_VPCD_CARD_PORT_H_

#include <optional>

#include "lib/base/bytes.h"

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
  virtual Bytes Transmit(ByteSpan command) = 0;
};

// The answer (without length) that a card gives to one frame of vpcd; nullopt
// where vpcd expects none. Frames of one byte are control: 00 power off, 01
// power on, 02 reset, 04 the ATR is asked for. Other frames are commands; an
// empty one, or another control byte, means nothing.
std::optional<Bytes> AnswerFrame(ByteSpan frame, CardPort& card);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_VPCD_CARD_PORT_H_
