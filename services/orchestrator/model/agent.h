#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_AGENT_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_AGENT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"

namespace cardferry::orchestrator {

struct Reader {
  std::string name;
  bool card_present = false;

  friend bool operator==(const Reader& a, const Reader& b) {
    return a.name == b.name && a.card_present == b.card_present;
  }
};

// Whether an agent is served.
enum class AgentStanding {
  kAdded,     // an operator has let it in
  kUnlisted,  // nobody has
  kRevoked,   // an operator has shut it out
};

// An agent that was added or has connected. The readers are those of the
// present connection.
struct Agent {
  std::string name;
  AgentStanding standing = AgentStanding::kUnlisted;
  bool connected = false;
  absl::Time last_seen = absl::UnixEpoch();  // that: never
  std::vector<Reader> readers;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_AGENT_H_
