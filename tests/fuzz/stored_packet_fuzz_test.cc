// Parses any bytes as a stored packet: what is read compares before it
// authenticates, and is written again as it was.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "agent/stored/stored_packet.h"

namespace cardferry::agent {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void Fuzz(ByteSpan input) {
  const absl::StatusOr<StoredPacket> packet = ParseStored(input);
  if (!packet.ok()) {
    Check(absl::IsInvalidArgument(packet.status()));
    return;
  }
  Check(CheckStored(*packet).ok());
  Check(!packet->attempts.empty());
  for (const StoredAttempt& attempt : packet->attempts) {
    Check(
        std::holds_alternative<card::ExactData>(attempt.probe.back().expected));
    Check(attempt.Commands() > 0);
  }
  Check(ByteSpan(EncodeStored(*packet)) == input);
}

}  // namespace
}  // namespace cardferry::agent

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardferry::agent::Fuzz({data, size});
  return 0;
}
