#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_AGENT_LINK_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_AGENT_LINK_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "services/orchestrator/model/opening.h"
#include "services/orchestrator/model/packet.h"

namespace cardferry::orchestrator {

// What an agent can be told; agent.proto says what it does then.
struct GiveOpening {
  std::string opening_id;
  std::string reader;
  OpeningScripts scripts;
  bool run_challenge = false;
};
struct AskChallenge {
  std::string opening_id;
};
struct GivePacketPart {
  std::string packet_id;
  std::string opening_id;
  std::string reader;
  Bytes script;
  bool last = false;
  uint32_t total_commands = 0;
  bool asks_server = false;  // with the last part: the card is held
};
struct GiveVerdict {
  std::string opening_id;
  std::string packet_id;
  bool ok = false;
  std::string message;
};
struct GiveStored {
  PreparedPacket packet;
};
struct ForgetStored {
  std::vector<std::string> ids;
};
using ToAgent = std::variant<GiveOpening, AskChallenge, GivePacketPart,
                             GiveVerdict, GiveStored, ForgetStored>;

// The way to one connected agent. Neither call waits. Safe from any thread.
class AgentLink {
 public:
  virtual ~AgentLink() = default;
  // Queues a message. False when the agent is gone; one that does not read
  // what it is sent is gone too.
  virtual bool Send(ToAgent message) = 0;
  // Ends the connection; the agent is told why.
  virtual void Close(const absl::Status& reason) = 0;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_AGENT_LINK_H_
