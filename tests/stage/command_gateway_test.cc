#include "tests/stage/command_gateway.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "grpcpp/server_context.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/server.h"
#include "lib/rpc/testing/test_pki.h"
#include "proto/cardferry/agent/v1/agent.grpc.pb.h"
#include "tests/stage/testing/packet_messages.h"

namespace cardferry::stage {
namespace {

namespace pb = ::cardferry::agent::v1;
using ::testing::ElementsAre;

// Answers the n-th message of the agent with the n-th list of messages, then
// ends the stream.
class ScriptedOrchestrator final : public pb::AgentGateway::Service {
 public:
  std::vector<std::vector<pb::GatewayMessage>> answers;

  std::vector<std::string> heard() {
    absl::MutexLock lock(&mutex_);
    return heard_;
  }

 private:
  grpc::Status Connect(
      grpc::ServerContext*,
      grpc::ServerReaderWriter<pb::GatewayMessage, pb::AgentMessage>* agent)
      override {
    pb::AgentMessage message;
    for (const auto& answer : answers) {
      if (!agent->Read(&message)) break;
      {
        absl::MutexLock lock(&mutex_);
        heard_.push_back(message.DebugString());
      }
      for (const pb::GatewayMessage& one : answer) agent->Write(one);
    }
    return grpc::Status::OK;
  }

  absl::Mutex mutex_;
  std::vector<std::string> heard_ ABSL_GUARDED_BY(mutex_);
};

class CommandGatewayTest : public ::testing::Test {
 protected:
  void Connect(std::vector<std::vector<pb::GatewayMessage>> answers) {
    orchestrator_.answers = std::move(answers);
    rpc::ServerOptions options;
    options.listen_address = "127.0.0.1:0";
    options.tls = pki_.Issue(rpc::Role::kOrchestrator, "orchestrator");
    options.authorization = {
        {"/cardferry.agent.v1.AgentGateway/Connect", {rpc::Role::kAgent}},
        {rpc::kHealthCheck, {rpc::Role::kAgent}},
        {rpc::kHealthWatch, {rpc::Role::kAgent}},
        {rpc::kReflection, {rpc::Role::kAgent}}};
    options.services = {&orchestrator_};
    ASSERT_OK_AND_ASSIGN(server_, rpc::Server::Start(std::move(options)));
    const rpc::TlsFiles agent = pki_.Issue(rpc::Role::kAgent, "kiosk-1");
    ASSERT_OK_AND_ASSIGN(
        gateway_,
        CommandGateway::Start({0, server_->port(),
                               pki_.Issue(rpc::Role::kOrchestrator, "gateway"),
                               agent}));
    ASSERT_OK_AND_ASSIGN(
        const auto channel,
        rpc::CreateChannel(absl::StrCat("127.0.0.1:", gateway_->port()), agent,
                           rpc::Role::kOrchestrator));
    stream_ = pb::AgentGateway::NewStub(channel)->Connect(&context_);
  }

  // What comes next; empty at the end.
  std::string Read() {
    pb::GatewayMessage message;
    return stream_->Read(&message) ? message.DebugString() : "";
  }

  rpc::TestPki pki_;
  ScriptedOrchestrator orchestrator_;
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<CommandGateway> gateway_;
  grpc::ClientContext context_;
  std::unique_ptr<
      grpc::ClientReaderWriter<pb::AgentMessage, pb::GatewayMessage>>
      stream_;
};

TEST_F(CommandGatewayTest, PassesAPacketOnOneCommandAtATime) {
  Connect({{Part("p", {0x01, 0x02}, true)}, {}, {Verdict()}});
  pb::AgentMessage hello;
  hello.mutable_hello()->set_version("1");
  ASSERT_TRUE(stream_->Write(hello));
  EXPECT_EQ(Read(), Part("p", {0x01}, false).DebugString());
  ASSERT_TRUE(stream_->Write(Done("p", 1)));
  EXPECT_EQ(Read(), Part("p", {0x02}, true).DebugString());
  ASSERT_TRUE(stream_->Write(Report("p")));
  EXPECT_EQ(Read(), Verdict().DebugString());
  // The orchestrator has ended its stream, and so does the gateway.
  EXPECT_EQ(Read(), "");
  stream_->Finish();
  EXPECT_THAT(orchestrator_.heard(),
              ElementsAre(hello.DebugString(), Done("p", 1).DebugString(),
                          Report("p").DebugString()));
}

TEST_F(CommandGatewayTest, EndsTheStreamOverAPartThatCannotBeRead) {
  pb::GatewayMessage part = Part("p", {0x01}, true);
  part.mutable_packet_part()->set_script("E0");
  // Without an end it would wait for a second message.
  Connect({{part}, {}});
  ASSERT_TRUE(stream_->Write(pb::AgentMessage()));
  EXPECT_EQ(Read(), "");
  EXPECT_FALSE(stream_->Finish().ok());
}

TEST_F(CommandGatewayTest, EndsTheOrchestratorsStreamWhenTheAgentGoes) {
  Connect({{}, {Verdict()}});
  ASSERT_TRUE(stream_->Write(pb::AgentMessage()));
  ASSERT_TRUE(stream_->WritesDone());
  EXPECT_EQ(Read(), "");
  stream_->Finish();
  EXPECT_EQ(orchestrator_.heard().size(), 1u);
}

}  // namespace
}  // namespace cardferry::stage
