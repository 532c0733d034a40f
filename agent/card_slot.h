#ifndef CARDFERRY_AGENT_CARD_SLOT_H_
#define CARDFERRY_AGENT_CARD_SLOT_H_

#include <memory>

#include "absl/status/statusor.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::agent {

// A powered card that nobody else may talk to while this object lives.
class CardConnection {
 public:
  virtual ~CardConnection() = default;

  // Sends one command and returns the card's whole answer (61xx and 6Cxx of
  // T=0 are dealt with here). UNAVAILABLE: no answer came, and whether the
  // card acted on the command is unknown.
  virtual absl::StatusOr<card::ResponseApdu> Transmit(
      const card::CommandApdu& command) = 0;

  // False: commands of extended length cannot be carried (T=0, or a reader
  // that says so).
  virtual bool TakesExtendedLength() const = 0;

  // Ends a secure channel session that may be open: the card is reset when the
  // connection ends. Without it the card is left as it is. After a lost answer
  // the end may take a second: a card that has gone is not reset.
  virtual void ResetAtEnd() = 0;
};

// The place where cards lie: one reader.
class CardSlot {
 public:
  virtual ~CardSlot() = default;

  // Powers the card that lies there now and keeps everybody else away from it.
  // UNAVAILABLE: no card, or another program holds it.
  virtual absl::StatusOr<std::unique_ptr<CardConnection>> Connect() = 0;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_CARD_SLOT_H_
