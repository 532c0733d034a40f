#ifndef CARDFERRY_LIB_CARD_SCRIPT_RUN_SCRIPT_H_
#define CARDFERRY_LIB_CARD_SCRIPT_RUN_SCRIPT_H_

#include <functional>

#include "absl/status/statusor.h"
#include "lib/card/script/script.h"

namespace cardferry::card {

// Sends one command to the card and returns its answer. UNAVAILABLE when the
// card gave none: whether it acted is then unknown.
using Transmit =
    std::function<absl::StatusOr<ResponseApdu>(const CommandApdu&)>;

// Called after each answer with the index of the command just answered.
using OnAnswer = std::function<void(size_t index)>;

// Sends the commands in order and stops at the first answer that its command
// does not expect (unless that command says to continue) or that never came.
// Never sends a command twice.
Transcript RunScript(const Script& script, const Transmit& transmit,
                     const OnAnswer& on_answer);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_SCRIPT_RUN_SCRIPT_H_
