#ifndef CARDFERRY_TESTS_STAGE_COMMAND_GATEWAY_H_
#define CARDFERRY_TESTS_STAGE_COMMAND_GATEWAY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "lib/rpc/tls_files.h"

namespace cardferry::stage {

// What the gateway would be if it sent one command a round trip: it stands
// between an agent and the real orchestrator, passes every message on, and
// cuts packets into their commands (PartQueue). Agent and orchestrator are the
// ones that ship and know nothing of it. For one agent with one reader; to
// measure what packets are good for.
class CommandGateway {
 public:
  struct Options {
    int port = 0;               // of loopback, for the agent; 0: a free one
    int orchestrator_port = 0;  // of loopback
    // Towards the agent it is the orchestrator, towards the orchestrator it is
    // the agent.
    rpc::TlsFiles orchestrator;
    rpc::TlsFiles agent;
  };

  // As rpc::Server::Start and rpc::CreateChannel say.
  static absl::StatusOr<std::unique_ptr<CommandGateway>> Start(
      const Options& options);
  CommandGateway(const CommandGateway&) = delete;
  CommandGateway& operator=(const CommandGateway&) = delete;
  // The agent should have gone.
  ~CommandGateway();

  // Where the agent finds it.
  int port() const;

 private:
  class Service;

  CommandGateway();

  std::unique_ptr<Service> service_;
};

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_COMMAND_GATEWAY_H_
