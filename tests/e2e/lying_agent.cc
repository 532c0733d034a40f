#include "tests/e2e/lying_agent.h"

#include <utility>

#include "absl/memory/memory.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::agent::v1;

// No test needs an agent for longer; nothing hangs.
constexpr absl::Duration kLife = absl::Seconds(40);

}  // namespace

LyingAgent::LyingAgent(std::shared_ptr<grpc::Channel> channel,
                       std::string reader)
    : reader_(std::move(reader)),
      channel_(std::move(channel)),
      stub_(pb::AgentGateway::NewStub(channel_)) {
  rpc::SetTimeout(context_, kLife);
  context_.set_wait_for_ready(true);
  stream_ = stub_->Connect(&context_);
}

LyingAgent::~LyingAgent() {
  context_.TryCancel();
  pb::GatewayMessage rest;
  while (stream_->Read(&rest)) {
  }
  (void)stream_->Finish();
}

absl::StatusOr<std::unique_ptr<LyingAgent>> LyingAgent::Connect(
    std::shared_ptr<grpc::Channel> channel, const std::string& reader) {
  auto agent = absl::WrapUnique(new LyingAgent(std::move(channel), reader));
  pb::AgentMessage message;
  pb::Hello& hello = *message.mutable_hello();
  hello.set_version("0.1");
  pb::ReaderState& state = *hello.add_readers();
  state.set_reader(reader);
  state.set_card_present(true);
  RETURN_IF_ERROR(agent->Send(message));
  return agent;
}

absl::Status LyingAgent::Send(const pb::AgentMessage& message) {
  if (stream_->Write(message)) return absl::OkStatus();
  return absl::UnavailableError("the gateway has closed the stream");
}

absl::StatusOr<pb::GatewayMessage> LyingAgent::Next(
    pb::GatewayMessage::KindCase kind) {
  pb::GatewayMessage message;
  while (stream_->Read(&message)) {
    if (message.kind_case() == kind) return message;
  }
  const absl::Status end = rpc::ToAbslStatus(stream_->Finish());
  return end.ok() ? absl::UnavailableError("the stream ended") : end;
}

absl::StatusOr<pb::Opening> LyingAgent::NextOpening() {
  ASSIGN_OR_RETURN(const pb::GatewayMessage message,
                   Next(pb::GatewayMessage::kOpening));
  return message.opening();
}

absl::StatusOr<pb::Verdict> LyingAgent::NextVerdict() {
  ASSIGN_OR_RETURN(const pb::GatewayMessage message,
                   Next(pb::GatewayMessage::kVerdict));
  return message.verdict();
}

absl::StatusOr<pb::PacketPart> LyingAgent::NextPacketPart() {
  ASSIGN_OR_RETURN(const pb::GatewayMessage message,
                   Next(pb::GatewayMessage::kPacketPart));
  return message.packet_part();
}

absl::Status LyingAgent::Answer(const std::string& opening_id,
                                const card::Transcript& identify,
                                const card::Transcript& challenge) {
  pb::AgentMessage message;
  pb::OpeningAnswer& answer = *message.mutable_opening_answer();
  answer.set_opening_id(opening_id);
  answer.set_reader(reader_);
  answer.set_identify_transcript(AsString(card::EncodeTranscript(identify)));
  answer.set_challenge_transcript(AsString(card::EncodeTranscript(challenge)));
  return Send(message);
}

}  // namespace cardferry::e2e
