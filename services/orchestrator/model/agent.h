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

// An agent that has connected at least once. The readers are those of the
// present connection.
struct Agent {
  std::string name;
  bool connected = false;
  absl::Time last_seen;
  std::vector<Reader> readers;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_AGENT_H_
