#ifndef CARDFERRY_TESTS_E2E_LYING_AGENT_H_
#define CARDFERRY_TESTS_E2E_LYING_AGENT_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "grpcpp/channel.h"
#include "lib/card/script/script.h"
#include "proto/cardferry/agent/v1/agent.grpc.pb.h"

namespace cardferry::e2e {

// An agent that says to the gateway whatever a test wants, with a certificate
// that is in order. Serves no reader by itself.
class LyingAgent {
 public:
  // Connects and says that a card lies in `reader`.
  static absl::StatusOr<std::unique_ptr<LyingAgent>> Connect(
      std::shared_ptr<grpc::Channel> channel, const std::string& reader);
  LyingAgent(const LyingAgent&) = delete;
  LyingAgent& operator=(const LyingAgent&) = delete;
  ~LyingAgent();

  // The next message of that kind; others that come before it are dropped.
  // UNAVAILABLE, or why the stream was closed, when there is none.
  absl::StatusOr<agent::v1::Opening> NextOpening();
  absl::StatusOr<agent::v1::Verdict> NextVerdict();
  absl::StatusOr<agent::v1::PacketPart> NextPacketPart();

  // Sends an answer to an opening. UNAVAILABLE when the stream is closed.
  absl::Status Answer(const std::string& opening_id,
                      const card::Transcript& identify,
                      const card::Transcript& challenge);

 private:
  LyingAgent(std::shared_ptr<grpc::Channel> channel, std::string reader);

  absl::Status Send(const agent::v1::AgentMessage& message);
  absl::StatusOr<agent::v1::GatewayMessage> Next(
      agent::v1::GatewayMessage::KindCase kind);

  const std::string reader_;
  std::shared_ptr<grpc::Channel> channel_;
  grpc::ClientContext context_;
  std::unique_ptr<agent::v1::AgentGateway::Stub> stub_;
  std::unique_ptr<grpc::ClientReaderWriter<agent::v1::AgentMessage,
                                           agent::v1::GatewayMessage>>
      stream_;
};

}  // namespace cardferry::e2e

#endif  // CARDFERRY_TESTS_E2E_LYING_AGENT_H_
