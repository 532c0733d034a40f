// The sequencer: what a card is sent, and what its answers mean. See README.md
// beside this file.
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

#include "CLI/CLI.hpp"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/config.h"
#include "lib/rpc/server.h"
#include "lib/rpc/shutdown_signal.h"
#include "services/sequencer/access_rules.h"
#include "services/sequencer/grpc_keyvault.h"
#include "services/sequencer/sequencer.h"
#include "services/sequencer/sequencer_config.h"
#include "services/sequencer/sequencer_service.h"

namespace cardferry::sequencer {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  sequencer --config sequencer.textproto\n"
    "  sequencer --config sequencer.textproto --check_config\n\n"
    "Configuration (text format of cardferry.config.v1.SequencerConfig):\n"
    "  listen: \"0.0.0.0:7002\"\n"
    "  tls { certificate: \"sequencer.pem\" private_key: \"sequencer.key\" "
    "ca: \"ca.pem\" }\n"
    "  keyvault: \"keyvault.example:7003\"\n"
    "  profiles: \"profiles\"   # files, or folders of *.textproto\n\n"
    "Exit codes: 0 stopped by a signal, 1 cannot start, 2 wrong usage.\n";

struct Flags {
  std::string config;
  bool check_config = false;
};

absl::StatusOr<SequencerConfig> Configure(const Flags& flags) {
  ASSIGN_OR_RETURN(
      const config::v1::SequencerConfig proto,
      rpc::LoadTextproto<config::v1::SequencerConfig>(flags.config));
  const std::string folder =
      std::filesystem::path(flags.config).parent_path().string();
  ASSIGN_OR_RETURN(SequencerConfig config, ParseSequencerConfig(proto, folder));
  RETURN_IF_ERROR(rpc::CheckTlsFiles(config.tls).status());
  return config;
}

absl::Status Serve(SequencerConfig config, rpc::ShutdownSignal& signal) {
  ASSIGN_OR_RETURN(
      const auto channel,
      rpc::CreateChannel(config.keyvault, config.tls, rpc::Role::kKeyvault));
  const size_t profiles = config.profiles.profiles().size();
  Sequencer sequencer(
      std::move(config.profiles),
      std::make_unique<GrpcKeyvault>(keyvault::v1::KeyVault::NewStub(channel)),
      config.load_file_cache_bytes);
  SequencerService service(sequencer);
  rpc::ServerOptions options;
  options.listen_address = config.listen;
  options.tls = config.tls;
  options.authorization = AccessRules();
  options.services = {&service};
  ASSIGN_OR_RETURN(const auto server, rpc::Server::Start(std::move(options)));
  LogInfo("serving", {{"address", config.listen},
                      {"port", server->port()},
                      {"keyvault", config.keyvault},
                      {"profiles", static_cast<int>(profiles)}});
  signal.Wait();
  LogInfo("stopping");
  server->Shutdown();
  return absl::OkStatus();
}

absl::Status Run(const Flags& flags) {
  ASSIGN_OR_RETURN(rpc::ShutdownSignal signal, rpc::ShutdownSignal::Block());
  ASSIGN_OR_RETURN(SequencerConfig config, Configure(flags));
  if (!flags.check_config) return Serve(std::move(config), signal);
  std::cout << flags.config << " is right\n";
  return absl::OkStatus();
}

}  // namespace

int Main(int argc, char** argv) {
  StartLog("sequencer");
  CLI::App app("Plans what cards are sent, and says what their answers mean.");
  Flags flags;
  app.footer(kExamples);
  app.add_option("--config", flags.config, "configuration file")
      ->required()
      ->check(CLI::ExistingFile);
  app.add_flag("--check_config", flags.check_config,
               "say whether the configuration is right, and end");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  const absl::Status status = Run(flags);
  if (status.ok()) return 0;
  std::cerr << "sequencer: " << status.message() << "\n";
  return 1;
}

}  // namespace cardferry::sequencer

int main(int argc, char** argv) {
  return cardferry::sequencer::Main(argc, argv);
}
