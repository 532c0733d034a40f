// The orchestrator: agents, jobs and cards. See README.md beside this file.
#include <memory>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/sealed_box.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/config.h"
#include "lib/rpc/program.h"
#include "lib/rpc/server.h"
#include "lib/rpc/shutdown_signal.h"
#include "lib/store/database.h"
#include "services/orchestrator/access_rules.h"
#include "services/orchestrator/orchestrator.h"
#include "services/orchestrator/orchestrator_config.h"
#include "services/orchestrator/repository/schema.h"
#include "services/orchestrator/sequencing/sequencer_client.h"

namespace cardferry::orchestrator {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  orchestrator --config orchestrator.textproto\n"
    "  orchestrator --config orchestrator.textproto --check_config\n\n"
    "Configuration (text format of cardferry.config.v1.OrchestratorConfig):\n"
    "  listen: \"0.0.0.0:7001\"\n"
    "  tls { certificate: \"orchestrator.pem\" private_key: "
    "\"orchestrator.key\" ca: \"ca.pem\" }\n"
    "  sequencer: \"sequencer.example:7002\"\n"
    "  database: \"sqlite3:///var/lib/cardferry/orchestrator.db\"\n"
    "and, if wanted:\n"
    "  data_key_file: \"job-data.key\" what is kept of jobs is sealed with it\n"
    "  give_up_unreadable_jobs: true for one start, when that key is lost\n"
    "  workers: 16                   cards prepared at the same time\n"
    "  event_days: 400               how long events are kept\n"
    "  event_count: 1000000          and how many\n"
    "  job_days: 90                  how long jobs are kept after their end\n"
    "  admit_unlisted_agents: true   serve agents that nobody has added "
    "(tests)\n\n"
    "Agents are served once an operator has let them in:\n"
    "  cardferry agent add kiosk-7\n\n"
    "Exit codes: 0 stopped by a signal, 1 cannot start, 2 wrong usage.\n";

absl::StatusOr<OrchestratorConfig> Configure(const std::string& file) {
  ASSIGN_OR_RETURN(const config::v1::OrchestratorConfig proto,
                   rpc::LoadTextproto<config::v1::OrchestratorConfig>(file));
  ASSIGN_OR_RETURN(OrchestratorConfig config, ParseOrchestratorConfig(proto));
  RETURN_IF_ERROR(rpc::CheckTlsFiles(config.tls).status());
  return config;
}

absl::StatusOr<std::unique_ptr<rpc::Server>> StartServer(
    const OrchestratorConfig& config, Orchestrator& orchestrator) {
  rpc::ServerOptions options;
  options.listen_address = config.listen;
  options.tls = config.tls;
  options.authorization = AccessRules();
  options.services = {&orchestrator.gateway(), &orchestrator.operators()};
  options.on_drain = [&orchestrator] { orchestrator.Drain(); };
  return rpc::Server::Start(std::move(options));
}

absl::Status Serve(const std::string& file, rpc::ShutdownSignal& signal) {
  ASSIGN_OR_RETURN(const OrchestratorConfig config, Configure(file));
  ASSIGN_OR_RETURN(
      const auto channel,
      rpc::CreateChannel(config.sequencer, config.tls, rpc::Role::kSequencer));
  SequencerClient sequencer(sequencer::v1::Sequencer::NewStub(channel));
  store::DatabaseOptions database_options;
  database_options.url = config.database;
  ASSIGN_OR_RETURN(const auto database,
                   store::Database::Open(database_options, Schema()));
  SystemClock clock;
  SystemRandom random;
  ASSIGN_OR_RETURN(const crypto::SealedBox box,
                   crypto::SealedBox::Load(config.data_key_file, random));
  Orchestrator::Parts parts{*database, sequencer, clock, random, box};
  parts.workers = config.workers;
  parts.admit_unlisted_agents = config.admit_unlisted_agents;
  parts.retention = {config.event_age, config.event_count, config.job_age};
  parts.give_up_unreadable_jobs = config.give_up_unreadable_jobs;
  ASSIGN_OR_RETURN(const auto orchestrator, Orchestrator::Create(parts));
  ASSIGN_OR_RETURN(const auto server, StartServer(config, *orchestrator));
  LogInfo("serving", {{"address", config.listen}, {"port", server->port()}});
  signal.Wait();
  LogInfo("stopping");
  server->Shutdown();
  sequencer.Stop();
  return absl::OkStatus();
}

}  // namespace
}  // namespace cardferry::orchestrator

int main(int argc, char** argv) {
  namespace orchestrator = cardferry::orchestrator;
  return cardferry::rpc::RunProgram(
      {"orchestrator",
       "Gives agents the packets for their cards; answers operators.",
       orchestrator::kExamples},
      {nullptr,
       [](const std::string& file) {
         return orchestrator::Configure(file).status();
       },
       orchestrator::Serve},
      argc, argv);
}
