#include "tests/stage/command_gateway.h"

#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/client_context.h"
#include "grpcpp/server_context.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/server.h"
#include "proto/cardferry/agent/v1/agent.grpc.pb.h"
#include "tests/stage/part_queue.h"

namespace cardferry::stage {
namespace {

namespace pb = ::cardferry::agent::v1;
using AgentSide =
    grpc::ServerReaderWriter<pb::GatewayMessage, pb::AgentMessage>;
using ServerSide =
    grpc::ClientReaderWriter<pb::AgentMessage, pb::GatewayMessage>;

std::string Loopback(int port) { return absl::StrCat("127.0.0.1:", port); }

// One agent's stream, and its own stream to the orchestrator.
class Passage {
 public:
  // `end_agent` and `end_server` end their streams at once.
  Passage(AgentSide& agent, std::function<void()> end_agent, ServerSide& server,
          std::function<void()> end_server)
      : agent_(agent),
        end_agent_(std::move(end_agent)),
        server_(server),
        end_server_(std::move(end_server)) {}

  // Returns when the agent or the orchestrator has ended its stream.
  void Run() {
    std::thread out([this] { WriteAgent(); });
    std::thread down([this, &out] {
      ReadServer();
      // What may still go to the agent goes first.
      out.join();
      end_agent_();
    });
    ReadAgent();
    server_.WritesDone();
    down.join();
  }

 private:
  void ReadAgent() {
    pb::AgentMessage message;
    while (agent_.Read(&message)) {
      {
        absl::MutexLock lock(&mutex_);
        queue_.Hear(message);
        moved_ = true;
      }
      if (!server_.Write(message)) return;
    }
  }

  void ReadServer() {
    pb::GatewayMessage message;
    while (server_.Read(&message)) {
      const absl::Status taken = Take(message);
      if (taken.ok()) continue;
      // Without it the agent would wait for the rest for ever.
      LogError("part is not cut", {{"status", taken}});
      end_server_();
      break;
    }
    absl::MutexLock lock(&mutex_);
    ended_ = true;
  }

  absl::Status Take(const pb::GatewayMessage& message) {
    absl::MutexLock lock(&mutex_);
    moved_ = true;
    return queue_.Take(message);
  }

  void WriteAgent() {
    while (const std::optional<pb::GatewayMessage> message = AwaitNext()) {
      if (!agent_.Write(*message)) return;
    }
  }

  // The next message for the agent; nullopt after the end.
  std::optional<pb::GatewayMessage> AwaitNext() {
    absl::MutexLock lock(&mutex_);
    while (true) {
      std::optional<pb::GatewayMessage> next = queue_.Next();
      if (next || ended_) return next;
      mutex_.Await(absl::Condition(this, &Passage::Stirred));
      moved_ = false;
    }
  }
  bool Stirred() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return moved_ || ended_;
  }

  AgentSide& agent_;
  const std::function<void()> end_agent_;
  ServerSide& server_;
  const std::function<void()> end_server_;

  absl::Mutex mutex_;
  PartQueue queue_ ABSL_GUARDED_BY(mutex_);
  bool moved_ ABSL_GUARDED_BY(mutex_) = false;  // the queue may have more
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

class CommandGateway::Service final : public pb::AgentGateway::Service {
 public:
  absl::Status Start(const Options& options) {
    ASSIGN_OR_RETURN(
        const auto channel,
        rpc::CreateChannel(Loopback(options.orchestrator_port), options.agent,
                           rpc::Role::kOrchestrator));
    orchestrator_ = pb::AgentGateway::NewStub(channel);
    rpc::ServerOptions server;
    server.listen_address = Loopback(options.port);
    server.tls = options.orchestrator;
    server.authorization = {
        {"/cardferry.agent.v1.AgentGateway/Connect", {rpc::Role::kAgent}},
        {rpc::kHealthCheck, {rpc::Role::kAgent}},
        {rpc::kHealthWatch, {rpc::Role::kAgent}},
        {rpc::kReflection, {rpc::Role::kAgent}}};
    server.services = {this};
    ASSIGN_OR_RETURN(server_, rpc::Server::Start(std::move(server)));
    return absl::OkStatus();
  }

  int port() const { return server_->port(); }

 private:
  grpc::Status Connect(grpc::ServerContext* context,
                       AgentSide* agent) override {
    grpc::ClientContext call;
    const auto server = orchestrator_->Connect(&call);
    Passage passage(
        *agent, [context] { context->TryCancel(); }, *server,
        [&call] { call.TryCancel(); });
    passage.Run();
    return server->Finish();
  }

  std::unique_ptr<pb::AgentGateway::Stub> orchestrator_;
  std::unique_ptr<rpc::Server> server_;
};

CommandGateway::CommandGateway() : service_(std::make_unique<Service>()) {}

CommandGateway::~CommandGateway() = default;

int CommandGateway::port() const { return service_->port(); }

absl::StatusOr<std::unique_ptr<CommandGateway>> CommandGateway::Start(
    const Options& options) {
  auto gateway = absl::WrapUnique(new CommandGateway());
  RETURN_IF_ERROR(gateway->service_->Start(options));
  return gateway;
}

}  // namespace cardferry::stage
