#include "agent/gateway_proto.h"

#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

namespace pb = agent::v1;

constexpr char kVersion[] = "0.1";
constexpr size_t kMaxTroubleBytes = 256;

std::string Wire(const card::Transcript& transcript) {
  return AsString(card::EncodeTranscript(transcript));
}

// The server takes no more, and nothing that is not UTF-8.
std::string ForPeople(absl::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, kMaxTroubleBytes)) {
    shown.push_back(c >= 0x20 && c < 0x7F ? c : '?');
  }
  return shown;
}

void FillReader(const ReaderPresence& presence, pb::ReaderState& proto) {
  proto.set_reader(presence.reader);
  proto.set_card_present(presence.card_present);
  proto.set_atr(AsString(presence.atr));
  proto.set_removed(presence.removed);
  proto.set_trouble(ForPeople(presence.trouble));
}

absl::StatusOr<AddressedEvent> FromOpening(const pb::Opening& proto) {
  Opening opening;
  opening.id = proto.opening_id();
  ASSIGN_OR_RETURN(opening.identify,
                   card::DecodeScript(AsBytes(proto.identify_script())));
  ASSIGN_OR_RETURN(opening.challenge,
                   card::DecodeScript(AsBytes(proto.challenge_script())));
  opening.run_challenge = proto.run_challenge();
  return AddressedEvent{proto.reader(), OpeningReceived{std::move(opening)}};
}

absl::StatusOr<AddressedEvent> FromPart(const pb::PacketPart& proto) {
  PacketPart part;
  part.packet_id = proto.packet_id();
  part.opening_id = proto.opening_id();
  ASSIGN_OR_RETURN(part.script, card::DecodeScript(AsBytes(proto.script())));
  part.last = proto.last();
  part.total_commands = proto.total_commands();
  part.asks_server = proto.asks_server();
  return AddressedEvent{proto.reader(), PartReceived{std::move(part)}};
}

absl::StatusOr<AddressedEvent> FromStore(const pb::StorePacket& proto) {
  StoredPacket packet;
  packet.id = proto.stored_id();
  packet.expires_at = absl::FromUnixMicros(proto.expires_at_us());
  for (const pb::StoredAttempt& one : proto.attempts()) {
    StoredAttempt& attempt = packet.attempts.emplace_back();
    attempt.packet_id = one.packet_id();
    ASSIGN_OR_RETURN(attempt.probe,
                     card::DecodeScript(AsBytes(one.probe_script())));
    for (const std::string& script : one.scripts()) {
      ASSIGN_OR_RETURN(attempt.parts.emplace_back(),
                       card::DecodeScript(AsBytes(script)));
    }
  }
  RETURN_IF_ERROR(CheckStored(packet));
  return AddressedEvent{"", StoreRequested{std::move(packet)}};
}

}  // namespace

pb::AgentMessage ToProto(const std::string& reader, const SendAnswer& answer) {
  pb::AgentMessage message;
  pb::OpeningAnswer& proto = *message.mutable_opening_answer();
  proto.set_opening_id(answer.opening_id);
  proto.set_reader(reader);
  proto.set_identify_transcript(Wire(answer.identify));
  if (answer.challenge) proto.set_challenge_transcript(Wire(*answer.challenge));
  return message;
}

pb::AgentMessage ToProto(const Report& report) {
  pb::AgentMessage message;
  pb::PacketReport& proto = *message.mutable_packet_report();
  proto.set_packet_id(report.packet_id);
  proto.set_transcript(Wire(report.transcript));
  proto.set_trouble(ForPeople(report.trouble));
  proto.set_no_room(report.no_room);
  const Measurements& measurements = report.measurements;
  pb::Measurements& figures = *proto.mutable_measurements();
  figures.set_round_trips(measurements.round_trips);
  figures.set_apdus(measurements.apdus);
  figures.set_bytes(measurements.bytes);
  figures.set_card_us(absl::ToInt64Microseconds(measurements.card));
  figures.set_waited_us(absl::ToInt64Microseconds(measurements.waited));
  figures.set_total_us(absl::ToInt64Microseconds(measurements.total));
  return message;
}

pb::AgentMessage ToProto(const Progress& progress) {
  pb::AgentMessage message;
  pb::Progress& proto = *message.mutable_progress();
  proto.set_packet_id(progress.packet_id);
  proto.set_done(static_cast<uint32_t>(progress.done));
  proto.set_total(static_cast<uint32_t>(progress.total));
  proto.set_label(progress.label);
  return message;
}

pb::AgentMessage ToProto(const ReaderPresence& presence) {
  pb::AgentMessage message;
  FillReader(presence, *message.mutable_reader_changed());
  return message;
}

pb::AgentMessage StoredProto(const std::vector<std::string>& ids) {
  pb::AgentMessage message;
  pb::StoredPackets& stored = *message.mutable_stored_packets();
  for (const std::string& id : ids) stored.add_stored_ids(id);
  return message;
}

pb::AgentMessage HelloProto(const std::vector<ReaderPresence>& readers) {
  pb::AgentMessage message;
  pb::Hello& hello = *message.mutable_hello();
  hello.set_version(kVersion);
  for (const ReaderPresence& reader : readers) {
    FillReader(reader, *hello.add_readers());
  }
  return message;
}

absl::StatusOr<AddressedEvent> FromProto(const pb::GatewayMessage& message) {
  switch (message.kind_case()) {
    case pb::GatewayMessage::kOpening:
      return FromOpening(message.opening());
    case pb::GatewayMessage::kRunChallenge:
      return AddressedEvent{
          "", ChallengeRequested{message.run_challenge().opening_id()}};
    case pb::GatewayMessage::kPacketPart:
      return FromPart(message.packet_part());
    case pb::GatewayMessage::kVerdict:
      return AddressedEvent{
          "",
          VerdictReceived{{message.verdict().opening_id(),
                           message.verdict().ok(), message.verdict().message(),
                           message.verdict().packet_id()}}};
    case pb::GatewayMessage::kStorePacket:
      return FromStore(message.store_packet());
    case pb::GatewayMessage::kForgetPackets: {
      const auto& ids = message.forget_packets().stored_ids();
      return AddressedEvent{"", ForgetRequested{{ids.begin(), ids.end()}}};
    }
    case pb::GatewayMessage::KIND_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError("a kind of message this agent cannot read");
}

}  // namespace cardferry::agent
