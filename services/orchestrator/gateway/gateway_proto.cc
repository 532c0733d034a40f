#include "services/orchestrator/gateway/gateway_proto.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::orchestrator {
namespace {

namespace pb = ::cardferry::agent::v1;

Bytes ToBytes(const std::string& field) {
  const ByteSpan span = AsBytes(field);
  return Bytes(span.begin(), span.end());
}

// Names are kept and shown to people: no control characters.
absl::Status CheckText(absl::string_view field, const std::string& text,
                       size_t limit) {
  if (text.size() > limit) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, " of ", text.size(), " bytes; at most ", limit));
  }
  const bool clean = std::none_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_iscntrl(static_cast<unsigned char>(c));
  });
  if (clean) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, " with control characters"));
}

absl::Status CheckName(absl::string_view field, const std::string& text,
                       size_t limit) {
  if (text.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(field, " is missing"));
  }
  return CheckText(field, text, limit);
}

absl::Status CheckSize(absl::string_view field, const std::string& bytes,
                       size_t limit) {
  if (bytes.size() <= limit) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(field, " of ", bytes.size(), " bytes; at most ", limit));
}

absl::StatusOr<Reader> ParseReader(const pb::ReaderState& state) {
  RETURN_IF_ERROR(CheckName("reader", state.reader(), kMaxReaderNameBytes));
  RETURN_IF_ERROR(CheckSize("atr", state.atr(), kMaxAtrBytes));
  return Reader{state.reader(), state.card_present()};
}

absl::StatusOr<FromAgent> Parse(const pb::Hello& hello) {
  HelloMessage message;
  RETURN_IF_ERROR(CheckText("version", hello.version(), kMaxVersionBytes));
  if (hello.readers_size() > static_cast<int>(AgentSession::kMaxReaders)) {
    return absl::InvalidArgumentError(absl::StrCat(
        hello.readers_size(), " readers; at most ", AgentSession::kMaxReaders));
  }
  message.version = hello.version();
  for (const pb::ReaderState& state : hello.readers()) {
    ASSIGN_OR_RETURN(Reader reader, ParseReader(state));
    if (!state.removed()) message.readers.push_back(std::move(reader));
  }
  return message;
}

absl::StatusOr<FromAgent> Parse(const pb::ReaderState& state) {
  ASSIGN_OR_RETURN(Reader reader, ParseReader(state));
  RETURN_IF_ERROR(CheckText("trouble", state.trouble(), kMaxTroubleBytes));
  return ReaderChangedMessage{std::move(reader), state.removed(),
                              state.trouble()};
}

absl::StatusOr<FromAgent> Parse(const pb::OpeningAnswer& answer,
                                absl::Time received_at) {
  RETURN_IF_ERROR(CheckName("opening_id", answer.opening_id(), kMaxIdBytes));
  RETURN_IF_ERROR(CheckName("reader", answer.reader(), kMaxReaderNameBytes));
  RETURN_IF_ERROR(CheckSize("identify_transcript", answer.identify_transcript(),
                            kMaxTranscriptBytes));
  RETURN_IF_ERROR(CheckSize("challenge_transcript",
                            answer.challenge_transcript(),
                            kMaxTranscriptBytes));
  AnsweredMessage message;
  message.reader = answer.reader();
  message.answer.opening_id = answer.opening_id();
  message.answer.answer.identify = ToBytes(answer.identify_transcript());
  message.answer.answer.challenge = ToBytes(answer.challenge_transcript());
  message.answer.received_at = received_at;
  return message;
}

absl::StatusOr<FromAgent> Parse(const pb::Progress& progress) {
  RETURN_IF_ERROR(CheckName("packet_id", progress.packet_id(), kMaxIdBytes));
  RETURN_IF_ERROR(CheckText("label", progress.label(), kMaxLabelBytes));
  return Progressed{progress.packet_id(), progress.done(), progress.total(),
                    progress.label()};
}

// What was measured is the agent's claim: whole, not negative, and no more
// than adds up over many packets.
absl::StatusOr<Measurements> ParseMeasurements(const pb::Measurements& m) {
  constexpr int64_t kLimit = int64_t{1} << 40;
  constexpr uint32_t kCountLimit = uint32_t{1} << 20;
  const bool in_range =
      m.round_trips() <= kCountLimit && m.apdus() <= kCountLimit &&
      m.bytes() <= static_cast<uint64_t>(kLimit) && m.card_us() >= 0 &&
      m.card_us() <= kLimit && m.waited_us() >= 0 && m.waited_us() <= kLimit &&
      m.total_us() >= 0 && m.total_us() <= kLimit;
  if (!in_range) {
    return absl::InvalidArgumentError("measurements out of range");
  }
  Measurements measurements;
  measurements.round_trips = m.round_trips();
  measurements.apdus = m.apdus();
  measurements.bytes = static_cast<int64_t>(m.bytes());
  measurements.card = absl::Microseconds(m.card_us());
  measurements.waited = absl::Microseconds(m.waited_us());
  measurements.total = absl::Microseconds(m.total_us());
  return measurements;
}

absl::StatusOr<FromAgent> Parse(const pb::PacketReport& report) {
  PacketReport message;
  RETURN_IF_ERROR(CheckName("packet_id", report.packet_id(), kMaxIdBytes));
  RETURN_IF_ERROR(
      CheckSize("transcript", report.transcript(), kMaxTranscriptBytes));
  RETURN_IF_ERROR(CheckText("trouble", report.trouble(), kMaxTroubleBytes));
  message.packet_id = report.packet_id();
  message.trouble = report.trouble();
  message.no_room = report.no_room();
  message.transcript = ToBytes(report.transcript());
  ASSIGN_OR_RETURN(message.measurements,
                   ParseMeasurements(report.measurements()));
  return message;
}

absl::StatusOr<FromAgent> Parse(const pb::StoredPackets& stored) {
  if (stored.stored_ids_size() > kMaxStoredPackets) {
    return absl::InvalidArgumentError(absl::StrCat(stored.stored_ids_size(),
                                                   " stored packets; at most ",
                                                   kMaxStoredPackets));
  }
  StoredMessage message;
  for (const std::string& id : stored.stored_ids()) {
    RETURN_IF_ERROR(CheckName("stored_id", id, kMaxIdBytes));
    message.ids.push_back(id);
  }
  return message;
}

void Render(GiveStored message, pb::GatewayMessage& out) {
  pb::StorePacket& packet = *out.mutable_store_packet();
  packet.set_stored_id(StoredIdOf(message.packet));
  packet.set_expires_at_us(absl::ToUnixMicros(message.packet.expires_at));
  for (const PreparedAttempt& one : message.packet.attempts) {
    pb::StoredAttempt& attempt = *packet.add_attempts();
    attempt.set_packet_id(one.packet_id);
    attempt.set_probe_script(AsString(one.probe));
    for (const Bytes& script : one.scripts) {
      attempt.add_scripts(AsString(script));
    }
  }
}

void Render(ForgetStored message, pb::GatewayMessage& out) {
  for (std::string& id : message.ids) {
    out.mutable_forget_packets()->add_stored_ids(std::move(id));
  }
}

void Render(GiveOpening message, pb::GatewayMessage& out) {
  pb::Opening& opening = *out.mutable_opening();
  opening.set_opening_id(message.opening_id);
  opening.set_reader(message.reader);
  opening.set_identify_script(AsString(message.scripts.identify));
  opening.set_challenge_script(AsString(message.scripts.challenge));
  opening.set_run_challenge(message.run_challenge);
  opening.set_expires_at_us(absl::ToUnixMicros(message.scripts.expires_at));
}

void Render(AskChallenge message, pb::GatewayMessage& out) {
  out.mutable_run_challenge()->set_opening_id(message.opening_id);
}

void Render(GivePacketPart message, pb::GatewayMessage& out) {
  pb::PacketPart& part = *out.mutable_packet_part();
  part.set_packet_id(message.packet_id);
  part.set_opening_id(message.opening_id);
  part.set_reader(message.reader);
  part.set_script(AsString(message.script));
  part.set_last(message.last);
  part.set_total_commands(message.total_commands);
  part.set_asks_server(message.asks_server);
}

void Render(GiveVerdict message, pb::GatewayMessage& out) {
  pb::Verdict& verdict = *out.mutable_verdict();
  verdict.set_opening_id(message.opening_id);
  verdict.set_packet_id(message.packet_id);
  verdict.set_ok(message.ok);
  verdict.set_message(message.message);
}

}  // namespace

absl::StatusOr<FromAgent> ParseAgentMessage(const pb::AgentMessage& message,
                                            absl::Time received_at) {
  switch (message.kind_case()) {
    case pb::AgentMessage::kHello:
      return Parse(message.hello());
    case pb::AgentMessage::kReaderChanged:
      return Parse(message.reader_changed());
    case pb::AgentMessage::kOpeningAnswer:
      return Parse(message.opening_answer(), received_at);
    case pb::AgentMessage::kProgress:
      return Parse(message.progress());
    case pb::AgentMessage::kPacketReport:
      return Parse(message.packet_report());
    case pb::AgentMessage::kStoredPackets:
      return Parse(message.stored_packets());
    case pb::AgentMessage::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("a message of no kind that is known here");
}

pb::GatewayMessage RenderToAgent(ToAgent message) {
  pb::GatewayMessage out;
  std::visit([&out](auto&& one) { Render(std::move(one), out); },
             std::move(message));
  return out;
}

}  // namespace cardferry::orchestrator
