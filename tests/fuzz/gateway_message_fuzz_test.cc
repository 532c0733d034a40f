// Parses any bytes as a message of the server to an agent: what is let through
// is an event that the agent's state machine takes in any order.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <variant>

#include "agent/gateway_proto.h"
#include "agent/reader_session.h"
#include "proto/cardferry/agent/v1/agent.pb.h"

namespace cardferry::agent {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void Fuzz(const uint8_t* data, size_t size) {
  v1::GatewayMessage message;
  if (!message.ParseFromArray(data, static_cast<int>(size))) return;
  const absl::StatusOr<AddressedEvent> event = FromProto(message);
  if (!event.ok()) {
    Check(absl::IsInvalidArgument(event.status()));
    return;
  }
  ReaderState state;
  state = Step(std::move(state), event->event).next;
  state = Step(std::move(state), CardArrived{}).next;
  const Transition last = Step(std::move(state), event->event);
  int runs = 0;
  for (const Action& action : last.actions) {
    runs += std::holds_alternative<RunOpening>(action) ||
            std::holds_alternative<RunPart>(action);
  }
  Check(runs <= 1);
}

}  // namespace
}  // namespace cardferry::agent

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardferry::agent::Fuzz(data, size);
  return 0;
}
