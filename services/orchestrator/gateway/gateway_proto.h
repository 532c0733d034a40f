#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_GATEWAY_GATEWAY_PROTO_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_GATEWAY_GATEWAY_PROTO_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "proto/cardferry/agent/v1/agent.pb.h"
#include "services/orchestrator/session/agent_link.h"
#include "services/orchestrator/session/agent_session.h"

namespace cardferry::orchestrator {

// What an agent may send at most.
inline constexpr size_t kMaxTranscriptBytes = 1 << 20;
inline constexpr size_t kMaxReaderNameBytes = 128;
inline constexpr size_t kMaxIdBytes = 64;
inline constexpr size_t kMaxVersionBytes = 64;
inline constexpr size_t kMaxAtrBytes = 33;
inline constexpr size_t kMaxTroubleBytes = 256;
inline constexpr int kMaxStoredPackets = 1024;

// INVALID_ARGUMENT, saying which field, for a message without a kind, beyond
// the limits, or with control characters in a name.
absl::StatusOr<FromAgent> ParseAgentMessage(const agent::v1::AgentMessage& pb,
                                            absl::Time received_at);

agent::v1::GatewayMessage RenderToAgent(ToAgent message);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_GATEWAY_GATEWAY_PROTO_H_
