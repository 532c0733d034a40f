#include "agent/agent_main.h"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include <iostream>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "agent/agent.h"
#include "agent/agent_config.h"
#include "agent/pcsc/pcsc_context.h"
#include "agent/pcsc/pcsc_slot.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/config.h"
#include "lib/rpc/program.h"
#include "lib/rpc/shutdown_signal.h"

namespace cardferry::agent {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  agent --list_readers\n"
    "      the readers that are plugged in, by the names that PC/SC gives "
    "them\n"
    "  agent --config agent.textproto --check_config\n"
    "  agent --config agent.textproto\n"
    "      serves all readers, also those plugged in later\n"
    "  agent --config agent.textproto --reader \"ACS ACR1252*\"\n"
    "      serves these only\n\n"
    "Configuration (text format of cardferry.config.v1.AgentConfig):\n"
    "  gateway: \"orchestrator.example:7001\"\n"
    "  tls { certificate: \"kiosk.pem\" private_key: \"kiosk.key\" ca: "
    "\"ca.pem\" }\n"
    "  readers: \"ACS *\"               # patterns with * and ?; none: all\n"
    "  ignore_readers: \"*SAM*\"\n"
    "  journal: \"/var/lib/cardferry-agent/journal\"  # this is the default\n"
    "  command_seconds: 60            # then a card that is silent is given "
    "up\n"
    "  stop_seconds: 20               # for a packet that runs at the end\n\n"
    "Exit codes: 0 stopped by a signal, 1 cannot start, 2 wrong usage.\n";

constexpr int kCannotStart = 1;
constexpr absl::Duration kMargin = absl::Seconds(5);

// Two arenas are enough for threads that mostly wait; glibc's eight a core
// cost the memory of a small machine.
constexpr int kMallocArenas = 2;

std::string StateDirectory() {
  const char* const folder = getenv("STATE_DIRECTORY");
  return folder == nullptr ? "" : folder;
}

absl::StatusOr<AgentConfig> Configure(const std::string& file) {
  ASSIGN_OR_RETURN(const config::v1::AgentConfig proto,
                   rpc::LoadTextproto<config::v1::AgentConfig>(file));
  ASSIGN_OR_RETURN(AgentConfig config,
                   ParseAgentConfig(proto, StateDirectory()));
  RETURN_IF_ERROR(rpc::CheckTlsFiles(config.tls).status());
  return config;
}

// Prints the readers and ends the program, as --help does.
void ListReaders() {
  const auto list = []() -> absl::StatusOr<std::vector<std::string>> {
    ASSIGN_OR_RETURN(const PcscContext context, PcscContext::Establish());
    return context.ListReaders();
  };
  const absl::StatusOr<std::vector<std::string>> readers = list();
  if (!readers.ok()) {
    std::cerr << "agent: " << readers.status().message()
              << " (is pcscd running?)\n";
    exit(kCannotStart);
  }
  for (const std::string& reader : *readers) std::cout << reader << "\n";
  if (readers->empty()) std::cerr << "agent: no reader is plugged in\n";
  throw CLI::Success();
}

// `named`: readers of the command line, instead of the configuration's.
absl::Status Serve(const std::string& file,
                   const std::vector<std::string>& named,
                   const AgentExtras& extras, rpc::ShutdownSignal& signal) {
  ASSIGN_OR_RETURN(AgentConfig config, Configure(file));
  if (!named.empty()) config.readers.serve = named;
  ASSIGN_OR_RETURN(
      std::shared_ptr<grpc::Channel> channel,
      rpc::CreateChannel(config.gateway, config.tls, rpc::Role::kOrchestrator));
  const auto make_slot =
      [&extras](const std::string& reader) -> std::shared_ptr<CardSlot> {
    std::shared_ptr<CardSlot> slot = std::make_shared<PcscSlot>(reader);
    return extras.wrap_slot ? extras.wrap_slot(reader, std::move(slot)) : slot;
  };
  ASSIGN_OR_RETURN(const std::unique_ptr<Agent> agent,
                   Agent::Start(std::move(channel), config, make_slot));
  LogInfo("serving",
          {{"gateway", config.gateway}, {"journal", config.journal}});
  signal.Wait();
  LogInfo("stopping");
  // Whatever hangs (a pcscd that neither answers nor dies), this process
  // leaves: its reports are in the journal.
  alarm(static_cast<unsigned>(absl::ToInt64Seconds(
      config.stop_patience + Agent::kLastWords + kMargin)));
  return absl::OkStatus();
}

}  // namespace

int AgentMain(int argc, char** argv, const AgentExtras& extras) {
  mallopt(M_ARENA_MAX, kMallocArenas);
  std::vector<std::string> readers;
  return rpc::RunProgram(
      {"agent",
       "Moves packets of the orchestrator to the cards in PC/SC readers.",
       kExamples},
      {[&](CLI::App& app) {
         app.add_option("--reader", readers,
                        "serve this reader, or those that match this pattern "
                        "(may be repeated; instead of the configuration's)");
         app.add_flag_callback("--list_readers", ListReaders,
                               "print the names of the readers, and end");
         if (extras.add_flags) extras.add_flags(app);
       },
       [](const std::string& file) { return Configure(file).status(); },
       [&](const std::string& file, rpc::ShutdownSignal& signal) {
         return Serve(file, readers, extras, signal);
       }},
      argc, argv);
}

}  // namespace cardferry::agent
