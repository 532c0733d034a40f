// The reader agent: moves packets of the orchestrator to the cards in PC/SC
// readers. See README.md beside this file.
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/time/clock.h"
#include "agent/agent.h"
#include "agent/agent_config.h"
#include "agent/pcsc/pcsc_context.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/config.h"
#include "lib/rpc/program.h"
#include "lib/rpc/shutdown_signal.h"

namespace cardferry::agent {
namespace {

constexpr absl::Duration kLookAgain = absl::Milliseconds(500);

constexpr char kExamples[] =
    "Examples:\n"
    "  agent --config agent.textproto\n"
    "  agent --config agent.textproto --check_config\n"
    "  agent --config agent.textproto --reader \"Virtual PCD 00 00\"\n\n"
    "Configuration (text format of cardferry.config.v1.AgentConfig):\n"
    "  gateway: \"orchestrator.example:7001\"\n"
    "  tls { certificate: \"kiosk.pem\" private_key: \"kiosk.key\" ca: "
    "\"ca.pem\" }\n"
    "  readers: \"Virtual PCD 00 00\"   # none: the first reader found\n\n"
    "Exit codes: 0 stopped by a signal, 1 cannot start, 2 wrong usage.\n";

absl::StatusOr<AgentConfig> Configure(const std::string& file) {
  ASSIGN_OR_RETURN(const config::v1::AgentConfig proto,
                   rpc::LoadTextproto<config::v1::AgentConfig>(file));
  ASSIGN_OR_RETURN(AgentConfig config, ParseAgentConfig(proto));
  RETURN_IF_ERROR(rpc::CheckTlsFiles(config.tls).status());
  return config;
}

// The first reader there is; waits for one until a signal comes (then empty).
std::vector<std::string> AwaitReader(rpc::ShutdownSignal& signal) {
  bool told = false;
  do {
    absl::StatusOr<PcscContext> context = PcscContext::Establish();
    if (context.ok()) {
      absl::StatusOr<std::vector<std::string>> readers = context->ListReaders();
      if (readers.ok() && !readers->empty()) return {readers->front()};
    }
    if (!told) {
      LogWarning("no reader yet; waiting for pcscd and a reader",
                 {{"status", context.status()}});
      told = true;
    }
  } while (!signal.Wait(kLookAgain));
  return {};
}

// `named`: readers of the command line, instead of the configuration's.
absl::Status Serve(const std::string& file,
                   const std::vector<std::string>& named,
                   rpc::ShutdownSignal& signal) {
  ASSIGN_OR_RETURN(AgentConfig config, Configure(file));
  if (!named.empty()) config.readers = named;
  ASSIGN_OR_RETURN(
      std::shared_ptr<grpc::Channel> channel,
      rpc::CreateChannel(config.gateway, config.tls, rpc::Role::kOrchestrator));
  const std::vector<std::string> readers =
      config.readers.empty() ? AwaitReader(signal) : config.readers;
  if (readers.empty()) return absl::OkStatus();
  LogInfo("serving", {{"readers", static_cast<int>(readers.size())},
                      {"first_reader", readers.front()},
                      {"gateway", config.gateway}});
  const Agent agent(std::move(channel), readers);
  signal.Wait();
  LogInfo("stopping");
  return absl::OkStatus();
}

}  // namespace
}  // namespace cardferry::agent

int main(int argc, char** argv) {
  namespace agent = cardferry::agent;
  std::vector<std::string> readers;
  return cardferry::rpc::RunProgram(
      {"agent",
       "Moves packets of the orchestrator to the cards in PC/SC readers.",
       agent::kExamples},
      {[&readers](CLI::App& app) {
         app.add_option("--reader", readers,
                        "serve this reader (may be repeated; instead of the "
                        "configuration's)");
       },
       [](const std::string& file) { return agent::Configure(file).status(); },
       [&readers](const std::string& file,
                  cardferry::rpc::ShutdownSignal& signal) {
         return agent::Serve(file, readers, signal);
       }},
      argc, argv);
}
