#ifndef CARDFERRY_AGENT_ADDRESSED_EVENT_H_
#define CARDFERRY_AGENT_ADDRESSED_EVENT_H_

#include <string>

#include "agent/reader_session.h"

namespace cardferry::agent {

// An event for the reader it names; an empty name means every reader.
struct AddressedEvent {
  std::string reader;
  Event event;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_ADDRESSED_EVENT_H_
