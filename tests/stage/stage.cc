#include "tests/stage/stage.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/status_macros.h"
#include "tests/stage/pcscd.h"
#include "tests/stage/runfiles.h"

namespace cardferry::stage {
namespace {

constexpr absl::Duration kStart = absl::Seconds(30);
constexpr absl::Duration kLook = absl::Milliseconds(20);
constexpr absl::Duration kCommandTime = absl::Seconds(60);

}  // namespace

Stage::Stage(const StageOptions& options)
    : options_(options), folder_(options) {}

absl::Status Stage::Raise(const OnRaised& on_raised) {
  const std::pair<const char*, absl::Status (Stage::*)()> steps[] = {
      {"certificates, token and card keys", &Stage::Prepare},
      {"pcscd with a virtual reader", &Stage::StartReader},
      {"keyvault", &Stage::StartKeyVault},
      {"sequencer", &Stage::StartSequencer},
      {"orchestrator", &Stage::StartOrchestrator},
      {"agent", &Stage::StartAgent},
      {"simulated card", &Stage::InsertCard},
  };
  for (const auto& [what, step] : steps) {
    RETURN_IF_ERROR(Annotate((this->*step)(), what));
    on_raised(what);
  }
  return AwaitCard(kStart);
}

absl::Status Stage::Prepare() {
  RETURN_IF_ERROR(folder_.MakePki());
  RETURN_IF_ERROR(folder_.MakeToken());
  RETURN_IF_ERROR(folder_.WriteConfigurations());
  return folder_.HandOverToKeyVault(Command().uid);
}

absl::Status Stage::StartReader() {
  ASSIGN_OR_RETURN(pcscd_, StartPcscd(folder_.Log("pcscd")));
  return absl::OkStatus();
}

absl::StatusOr<Process> Stage::StartService(absl::string_view name,
                                            absl::string_view program,
                                            int port) {
  Command command;
  ASSIGN_OR_RETURN(const std::string path, Runfile(program));
  command.arguments = {path, "--config",
                       folder_.Path(absl::StrCat(name, ".textproto"))};
  command.log_file = folder_.Log(name);
  ASSIGN_OR_RETURN(Process process, Process::Start(command));
  RETURN_IF_ERROR(
      Annotate(AwaitPort(port, process, kStart),
               absl::StrCat(name, " (see ", command.log_file, ")")));
  return process;
}

absl::Status Stage::StartKeyVault() {
  Command command;
  command.arguments = {folder_.Path("keyvault/keyvault"), "--config",
                       folder_.Path("keyvault/keyvault.textproto"),
                       "--pin_file", folder_.Path("keyvault/pin")};
  command.environment = folder_.TokenEnvironment();
  command.log_file = folder_.Log("keyvault");
  command.unprivileged = true;
  ASSIGN_OR_RETURN(keyvault_, Process::Start(command));
  return Annotate(AwaitPort(kKeyVaultPort, keyvault_, kStart),
                  absl::StrCat("keyvault (see ", command.log_file, ")"));
}

absl::Status Stage::StartSequencer() {
  ASSIGN_OR_RETURN(sequencer_,
                   StartService("sequencer", "services/sequencer/sequencer",
                                kSequencerPort));
  return absl::OkStatus();
}

absl::Status Stage::StartOrchestrator() {
  ASSIGN_OR_RETURN(
      orchestrator_,
      StartService("orchestrator", "services/orchestrator/orchestrator",
                   kOrchestratorPort));
  return absl::OkStatus();
}

absl::Status Stage::StartAgent() {
  if (options_.rtt > absl::ZeroDuration()) {
    ASSIGN_OR_RETURN(
        far_away_,
        DelayProxy::Start(kFarAwayPort, kOrchestratorPort, options_.rtt));
  }
  Command command;
  ASSIGN_OR_RETURN(const std::string path, Runfile("agent/agent"));
  command.arguments = {path, "--config", folder_.Path("agent.textproto")};
  command.log_file = folder_.Log("agent");
  ASSIGN_OR_RETURN(agent_, Process::Start(command));
  return absl::OkStatus();
}

absl::Status Stage::InsertCard() {
  Command command;
  ASSIGN_OR_RETURN(const std::string path, Runfile("cardsim/cardsim"));
  command.arguments = {
      path,
      "--card",
      options_.card,
      "--keys_file",
      folder_.Path("card.keys"),
      "--vpcd",
      absl::StrCat("127.0.0.1:", kVirtualReaderPort),
      "--fault",
      absl::StrCat("slow=", absl::FormatDuration(options_.card_delay)),
      "--log_apdus"};
  command.log_file = folder_.Log("cardsim");
  ASSIGN_OR_RETURN(card_, Process::Start(command));
  return absl::OkStatus();
}

absl::Status Stage::AwaitCard(absl::Duration timeout) {
  ASSIGN_OR_RETURN(OperatorClient client, Operator());
  const absl::Time deadline = absl::Now() + timeout;
  while (absl::Now() < deadline) {
    ASSIGN_OR_RETURN(const auto agents, client.ListAgents());
    for (const auto& agent : agents.agents()) {
      for (const auto& reader : agent.readers()) {
        if (agent.connected() && reader.card_present()) return absl::OkStatus();
      }
    }
    absl::SleepFor(kLook);
  }
  return absl::DeadlineExceededError("no agent has shown a card");
}

absl::StatusOr<Command> Stage::CardferryCommand(
    const std::vector<std::string>& arguments) const {
  Command command;
  ASSIGN_OR_RETURN(const std::string path, Runfile("cli/cardferry"));
  command.arguments = {path};
  command.arguments.insert(command.arguments.end(), arguments.begin(),
                           arguments.end());
  command.environment["CARDFERRY_CONFIG"] = folder_.Path("cli.textproto");
  return command;
}

absl::StatusOr<Outcome> Stage::Cardferry(
    const std::vector<std::string>& arguments) const {
  ASSIGN_OR_RETURN(Command command, CardferryCommand(arguments));
  return RunToEnd(std::move(command), kCommandTime);
}

absl::StatusOr<OperatorClient> Stage::Operator() const {
  return OperatorClient::Create(folder_.Tls("operator", "demo"),
                                kOrchestratorPort, kKeyVaultPort);
}

}  // namespace cardferry::stage
