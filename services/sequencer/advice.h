#ifndef CARDFERRY_SERVICES_SEQUENCER_ADVICE_H_
#define CARDFERRY_SERVICES_SEQUENCER_ADVICE_H_

#include <string>

#include "lib/card/apdu/status_word.h"
#include "services/sequencer/bundle.h"

namespace cardferry::sequencer {

// "6A84 (not enough memory space). Free memory on the card, or take one with
// more.": what it means that a card refuses a command of this kind with this
// status word, and what a person should do. `cardferry explain` says more.
std::string Advice(CommandKind kind, card::StatusWord sw);

// What a person has to know when `command` was answered with the status word of
// a wrong C-MAC: the card has left the session.
std::string BrokenText(const std::string& command, card::StatusWord sw);

// What a person has to know when answers do not come as the card gave them.
std::string ForgedText(const std::string& what);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_ADVICE_H_
