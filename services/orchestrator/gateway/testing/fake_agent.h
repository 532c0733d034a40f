#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_GATEWAY_TESTING_FAKE_AGENT_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_GATEWAY_TESTING_FAKE_AGENT_H_

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "grpcpp/grpcpp.h"
#include "proto/cardferry/agent/v1/agent.grpc.pb.h"

namespace cardferry::orchestrator {

// The other end of an agent's stream, driven by a test step by step; no card,
// no scripts. The challenge half's "answer" is what the test says. Reading
// waits 5 s at most, if not told otherwise.
class FakeAgent {
 public:
  // `name` goes as metadata "agent", where a certificate would be. The agent
  // hangs up by itself after `patience`.
  FakeAgent(const std::shared_ptr<grpc::Channel>& channel,
            const std::string& name,
            std::chrono::seconds patience = std::chrono::seconds(5))
      : stub_(agent::v1::AgentGateway::NewStub(channel)) {
    context_.AddMetadata("agent", name);
    context_.set_deadline(std::chrono::system_clock::now() + patience);
    stream_ = stub_->Connect(&context_);
  }
  ~FakeAgent() {
    if (stream_ == nullptr) return;
    context_.TryCancel();
    stream_->Finish();
  }

  void Hello(const std::vector<std::string>& readers) {
    agent::v1::AgentMessage message;
    message.mutable_hello()->set_version("test");
    for (const std::string& reader : readers) {
      message.mutable_hello()->add_readers()->set_reader(reader);
    }
    stream_->Write(message);
  }
  void Answer(const agent::v1::Opening& opening, const std::string& card) {
    agent::v1::AgentMessage message;
    agent::v1::OpeningAnswer& answer = *message.mutable_opening_answer();
    answer.set_opening_id(opening.opening_id());
    answer.set_reader(opening.reader());
    answer.set_identify_transcript("identified");
    answer.set_challenge_transcript(card);
    stream_->Write(message);
  }
  void Progress(const agent::v1::PacketPart& part, uint32_t done) {
    agent::v1::AgentMessage message;
    agent::v1::Progress& progress = *message.mutable_progress();
    progress.set_packet_id(part.packet_id());
    progress.set_done(done);
    progress.set_total(part.total_commands());
    progress.set_label("LOAD");
    stream_->Write(message);
  }
  void Report(const agent::v1::PacketPart& part) {
    agent::v1::AgentMessage message;
    agent::v1::PacketReport& report = *message.mutable_packet_report();
    report.set_packet_id(part.packet_id());
    report.set_transcript("answers");
    report.mutable_measurements()->set_round_trips(1);
    report.mutable_measurements()->set_apdus(12);
    stream_->Write(message);
  }
  void Send(const agent::v1::AgentMessage& message) { stream_->Write(message); }

  // The next message; empty when the stream has ended.
  std::optional<agent::v1::GatewayMessage> Read() {
    agent::v1::GatewayMessage message;
    if (!stream_->Read(&message)) return std::nullopt;
    return message;
  }
  // The next message, which must be of that kind (else a default one).
  agent::v1::Opening ReadOpening() {
    return Read().value_or(agent::v1::GatewayMessage()).opening();
  }
  agent::v1::PacketPart ReadPart() {
    return Read().value_or(agent::v1::GatewayMessage()).packet_part();
  }
  agent::v1::Verdict ReadVerdict() {
    return Read().value_or(agent::v1::GatewayMessage()).verdict();
  }

  // The server ends it; how.
  grpc::Status AwaitEnd() {
    while (Read().has_value()) {
    }
    const grpc::Status status = stream_->Finish();
    stream_.reset();
    return status;
  }
  // The agent hangs up; how the server saw it end.
  grpc::Status HangUp() {
    stream_->WritesDone();
    return AwaitEnd();
  }

 private:
  std::unique_ptr<agent::v1::AgentGateway::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<agent::v1::AgentMessage,
                                           agent::v1::GatewayMessage>>
      stream_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_GATEWAY_TESTING_FAKE_AGENT_H_
