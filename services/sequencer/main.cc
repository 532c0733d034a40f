// The sequencer: what a card is sent, and what its answers mean. See README.md
// beside this file.
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/config.h"
#include "lib/rpc/program.h"
#include "lib/rpc/server.h"
#include "lib/rpc/shutdown_signal.h"
#include "services/sequencer/access_rules.h"
#include "services/sequencer/files/file_sequencer.h"
#include "services/sequencer/files/grpc_file_keyvault.h"
#include "services/sequencer/grpc_keyvault.h"
#include "services/sequencer/grpc_signed_content.h"
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

absl::StatusOr<SequencerConfig> Configure(const std::string& file) {
  ASSIGN_OR_RETURN(const config::v1::SequencerConfig proto,
                   rpc::LoadTextproto<config::v1::SequencerConfig>(file));
  const std::string folder = std::filesystem::path(file).parent_path().string();
  ASSIGN_OR_RETURN(SequencerConfig config, ParseSequencerConfig(proto, folder));
  RETURN_IF_ERROR(rpc::CheckTlsFiles(config.tls).status());
  return config;
}

absl::Status Serve(const std::string& file, rpc::ShutdownSignal& signal) {
  ASSIGN_OR_RETURN(SequencerConfig config, Configure(file));
  ASSIGN_OR_RETURN(
      const auto channel,
      rpc::CreateChannel(config.keyvault, config.tls, rpc::Role::kKeyvault));
  const size_t profiles =
      config.profiles.profiles().size() + config.file_profiles.size();
  Sequencer sequencer(
      std::move(config.profiles),
      std::make_unique<GrpcKeyvault>(keyvault::v1::KeyVault::NewStub(channel)),
      config.load_file_cache_bytes,
      std::make_unique<GrpcSignedContent>(
          keyvault::v1::SignedContent::NewStub(channel)));
  std::unique_ptr<FileSequencer> files;
  if (!config.file_profiles.empty()) {
    files = std::make_unique<FileSequencer>(
        std::move(config.file_profiles),
        std::make_unique<GrpcFileKeyvault>(
            keyvault::v1::FileKeyVault::NewStub(channel)));
  }
  SequencerService service(sequencer, files.get());
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

}  // namespace
}  // namespace cardferry::sequencer

int main(int argc, char** argv) {
  namespace sequencer = cardferry::sequencer;
  return cardferry::rpc::RunProgram(
      {"sequencer",
       "Plans what cards are sent, and says what their answers mean.",
       sequencer::kExamples},
      {nullptr,
       [](const std::string& file) {
         return sequencer::Configure(file).status();
       },
       sequencer::Serve},
      argc, argv);
}
