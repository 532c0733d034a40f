#ifndef CARDFERRY_SERVICES_SEQUENCER_PACKET_H_
#define CARDFERRY_SERVICES_SEQUENCER_PACKET_H_

#include <optional>
#include <vector>

#include "lib/card/apdu/command_apdu.h"
#include "lib/card/script/script.h"

namespace cardferry::sequencer {

// The commands of a script, in order.
std::vector<card::CommandApdu> CommandsOf(const card::Script& script);

// What goes to the agent: EXTERNAL AUTHENTICATE, at which the run stops when it
// is refused (none with implicit initiation), then the planned commands in
// their protected form, of which there are as many.
card::Script Assemble(
    const std::optional<card::CommandApdu>& external_authenticate,
    card::Script planned, const std::vector<card::CommandApdu>& secured);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_PACKET_H_
