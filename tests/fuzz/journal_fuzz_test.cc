// Parses any bytes as a journal file: what is read makes sense, and is read
// again when it is written anew.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "agent/journal/journal_record.h"

namespace cardferry::agent {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void Fuzz(ByteSpan input) {
  const absl::StatusOr<JournaledPacket> packet = ParseJournal(input);
  if (!packet.ok()) {
    Check(absl::IsNotFound(packet.status()) ||
          absl::IsDataLoss(packet.status()));
    return;
  }
  Check(!packet->packet_id.empty());
  Check(packet->packet_id.size() <= kMaxPacketIdBytes);
  Bytes again = EncodeBegun(packet->packet_id, packet->reader);
  for (const card::ResponseApdu& answer : packet->answers) {
    Append(again, EncodeAnswer(answer));
  }
  if (packet->end) Append(again, EncodeEnd(*packet->end));
  // What was dropped is a torn tail.
  Check(again.size() <= input.size());
  Check(input.subspan(0, again.size()) == ByteSpan(again));
  const absl::StatusOr<JournaledPacket> reread = ParseJournal(again);
  Check(reread.ok() && *reread == *packet);
}

}  // namespace
}  // namespace cardferry::agent

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardferry::agent::Fuzz({data, size});
  return 0;
}
