// Parses any bytes as a message of an agent; what is let through must keep the
// promises that the sessions rely on.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <variant>

#include "absl/time/time.h"
#include "services/orchestrator/gateway/gateway_proto.h"

namespace cardferry::orchestrator {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void CheckName(const std::string& name, size_t limit) {
  Check(!name.empty() && name.size() <= limit);
  Check(std::none_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  }));
}

struct Promises {
  void operator()(const HelloMessage& m) {
    Check(m.version.size() <= kMaxVersionBytes);
    Check(m.readers.size() <= AgentSession::kMaxReaders);
    for (const Reader& reader : m.readers) {
      CheckName(reader.name, kMaxReaderNameBytes);
    }
  }
  void operator()(const ReaderChangedMessage& m) {
    CheckName(m.reader.name, kMaxReaderNameBytes);
  }
  void operator()(const AnsweredMessage& m) {
    CheckName(m.reader, kMaxReaderNameBytes);
    CheckName(m.answer.opening_id, kMaxIdBytes);
    Check(m.answer.answer.identify.size() <= kMaxTranscriptBytes);
    Check(m.answer.answer.challenge.size() <= kMaxTranscriptBytes);
  }
  void operator()(const StoredMessage& m) {
    Check(m.ids.size() <= static_cast<size_t>(kMaxStoredPackets));
    for (const std::string& id : m.ids) CheckName(id, kMaxIdBytes);
  }
  void operator()(const Progressed& m) {
    CheckName(m.packet_id, kMaxIdBytes);
    Check(m.label.size() <= kMaxLabelBytes);
  }
  void operator()(const PacketReport& m) {
    CheckName(m.packet_id, kMaxIdBytes);
    Check(m.transcript.size() <= kMaxTranscriptBytes);
    Check(m.measurements.round_trips >= 0 && m.measurements.apdus >= 0 &&
          m.measurements.bytes >= 0);
    Check(m.measurements.card >= absl::ZeroDuration() &&
          m.measurements.waited >= absl::ZeroDuration() &&
          m.measurements.total >= absl::ZeroDuration());
  }
};

}  // namespace
}  // namespace cardferry::orchestrator

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardferry::agent::v1::AgentMessage message;
  if (!message.ParseFromArray(data, static_cast<int>(size))) return 0;
  const absl::StatusOr<cardferry::orchestrator::FromAgent> parsed =
      cardferry::orchestrator::ParseAgentMessage(message,
                                                 absl::FromUnixSeconds(0));
  if (parsed.ok()) {
    std::visit(cardferry::orchestrator::Promises(), *parsed);
  }
  return 0;
}
