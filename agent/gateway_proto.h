#ifndef CARDFERRY_AGENT_GATEWAY_PROTO_H_
#define CARDFERRY_AGENT_GATEWAY_PROTO_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "agent/addressed_event.h"
#include "agent/reader_session.h"
#include "agent/uplink.h"
#include "proto/cardferry/agent/v1/agent.pb.h"

namespace cardferry::agent {

// The gateway's messages as events and back: the only place where the agent's
// protocol meets its domain types.

agent::v1::AgentMessage ToProto(const std::string& reader,
                                const SendAnswer& answer);
agent::v1::AgentMessage ToProto(const Report& report);
agent::v1::AgentMessage ToProto(const Progress& progress);
agent::v1::AgentMessage ToProto(const ReaderPresence& presence);
v1::AgentMessage StoredProto(const std::vector<std::string>& ids);
agent::v1::AgentMessage HelloProto(const std::vector<ReaderPresence>& readers);

// INVALID_ARGUMENT for a message that makes no sense: a script that cannot be
// read, a field that is missing, a kind that this agent does not know.
absl::StatusOr<AddressedEvent> FromProto(
    const agent::v1::GatewayMessage& message);

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_GATEWAY_PROTO_H_
