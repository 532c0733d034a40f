// The reader agent: moves packets of the orchestrator to the cards in PC/SC
// readers. See README.md beside this file.
#include <iostream>
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
    "  gateway: \"orchestrator.example:7443\"\n"
    "  tls { certificate: \"kiosk.pem\" private_key: \"kiosk.key\" ca: "
    "\"ca.pem\" }\n"
    "  readers: \"Virtual PCD 00 00\"   # none: the first reader found\n\n"
    "Exit codes: 0 stopped by a signal, 1 cannot start, 2 wrong usage.\n";

struct Flags {
  std::string config;
  bool check_config = false;
  std::vector<std::string> readers;
};

absl::StatusOr<AgentConfig> Configure(const Flags& flags) {
  ASSIGN_OR_RETURN(const config::v1::AgentConfig proto,
                   rpc::LoadTextproto<config::v1::AgentConfig>(flags.config));
  ASSIGN_OR_RETURN(AgentConfig config, ParseAgentConfig(proto));
  if (!flags.readers.empty()) config.readers = flags.readers;
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

absl::Status Serve(const Flags& flags) {
  ASSIGN_OR_RETURN(rpc::ShutdownSignal signal, rpc::ShutdownSignal::Block());
  ASSIGN_OR_RETURN(const AgentConfig config, Configure(flags));
  if (flags.check_config) {
    std::cout << flags.config << " is right\n";
    return absl::OkStatus();
  }
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

int Main(int argc, char** argv) {
  StartLog("agent");
  CLI::App app(
      "Moves packets of the orchestrator to the cards in PC/SC "
      "readers.");
  Flags flags;
  app.footer(kExamples);
  app.add_option("--config", flags.config, "configuration file")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_flag("--check_config", flags.check_config,
               "say whether the configuration is right, and end");
  app.add_option("--reader", flags.readers,
                 "serve this reader (may be repeated; instead of the "
                 "configuration's)");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const absl::Status status = Serve(flags);
  if (!status.ok()) {
    std::cerr << "agent: " << status.message() << "\n";
    return 1;
  }
  return 0;
}

}  // namespace cardferry::agent

int main(int argc, char** argv) { return cardferry::agent::Main(argc, argv); }
