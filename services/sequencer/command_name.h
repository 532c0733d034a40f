#ifndef CARDFERRY_SERVICES_SEQUENCER_COMMAND_NAME_H_
#define CARDFERRY_SERVICES_SEQUENCER_COMMAND_NAME_H_

#include <string>

#include "services/sequencer/bundle.h"

namespace cardferry::sequencer {

// One of a run's commands in words: "LOAD 12 of 120 of F043464552525901".
std::string CommandNameOf(const CommandRun& run, size_t index_in_run);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_COMMAND_NAME_H_
