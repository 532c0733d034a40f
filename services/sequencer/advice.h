#ifndef CARDFERRY_SERVICES_SEQUENCER_ADVICE_H_
#define CARDFERRY_SERVICES_SEQUENCER_ADVICE_H_

#include <string>

#include "lib/card/apdu/status_word.h"
#include "services/sequencer/bundle.h"

namespace cardferry::sequencer {

// What a person should do when a card refuses a command of this kind with this
// status word: one sentence.
std::string Advice(CommandKind kind, card::StatusWord sw);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_ADVICE_H_
