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

absl::StatusOr<Process> StartListener(const Command& command, int port) {
  if (Listens(port)) {
    return absl::FailedPreconditionError(
        absl::StrCat("something else listens on port ", port));
  }
  ASSIGN_OR_RETURN(Process process, Process::Start(command));
  RETURN_IF_ERROR(Annotate(AwaitPort(port, process, kStart),
                           absl::StrCat("see ", command.log_file)));
  return process;
}

}  // namespace

Stage::Stage(const StageOptions& options)
    : options_(options), folder_(options) {}

absl::Status Stage::Raise(const OnStep& on_raised) {
  struct Step {
    const char* what;
    absl::Status (Stage::*start)();
  };
  std::vector<Step> steps = {
      {"certificates and token", &Stage::Prepare},
      {"pcscd with virtual readers", &Stage::StartReader},
      {"keyvault", &Stage::StartKeyVault},
      {"sequencer", &Stage::StartSequencer},
      {"orchestrator", &Stage::StartOrchestrator},
      {"agent's admission", &Stage::AdmitAgent},
      {"agent", &Stage::StartAgent}};
  if (options_.real_readers) steps.erase(steps.begin() + 1);
  const bool with_card = options_.with_card && !options_.real_readers;
  if (with_card) steps.push_back({"simulated card", &Stage::InsertCard});
  for (const Step& step : steps) {
    RETURN_IF_ERROR(Annotate((this->*step.start)(), step.what));
    on_raised(step.what);
  }
  return with_card ? AwaitCards(1, kStart) : absl::OkStatus();
}

void Stage::Stop(const OnStep& on_ended) {
  for (auto& [reader, card] : cards_) card.Stop();
  if (!cards_.empty()) on_ended("simulated card");
  const std::pair<const char*, Process*> parts[] = {
      {"agent", &agent_},         {"orchestrator", &orchestrator_},
      {"sequencer", &sequencer_}, {"keyvault", &keyvault_},
      {"pcscd", &pcscd_},
  };
  for (const auto& [name, process] : parts) {
    if (!process->running()) continue;
    process->Stop();
    on_ended(name);
  }
}

absl::Status Stage::Prepare() {
  RETURN_IF_ERROR(folder_.MakePki());
  RETURN_IF_ERROR(folder_.MakeToken());
  RETURN_IF_ERROR(folder_.WriteConfigurations());
  return folder_.HandOverToKeyVault(Command().uid);
}

absl::Status Stage::StartReader() {
  const std::string log = folder_.Log("pcscd");
  if (options_.port_offset == 0 && !options_.four_readers) {
    ASSIGN_OR_RETURN(pcscd_, StartPcscd(log));
  } else {
    ASSIGN_OR_RETURN(
        pcscd_, StartPcscdOn(Port(kVirtualReaderPort), options_.four_readers,
                             folder_.Path("readers"), log));
  }
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
  return StartListener(command, Port(port));
}

absl::Status Stage::StartKeyVault() {
  Command command;
  command.arguments = {folder_.Path("keyvault/keyvault"), "--config",
                       folder_.Path("keyvault/keyvault.textproto"),
                       "--pin_file", folder_.Path("keyvault/pin")};
  command.environment = folder_.TokenEnvironment();
  command.log_file = folder_.Log("keyvault");
  command.unprivileged = true;
  ASSIGN_OR_RETURN(keyvault_, StartListener(command, Port(kKeyVaultPort)));
  return absl::OkStatus();
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

absl::Status Stage::AdmitAgent(const std::string& name) {
  ASSIGN_OR_RETURN(const Outcome added, Cardferry({"agent", "add", name}));
  if (added.exit_code == 0) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("cardferry agent add: ", added.errors));
}

absl::Status Stage::StartCommandGateway() {
  if (!options_.one_command_a_round_trip || command_gateway_ != nullptr) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(
      command_gateway_,
      CommandGateway::Start({Port(kCommandGatewayPort), Port(kOrchestratorPort),
                             folder_.Tls("orchestrator", "orchestrator"),
                             folder_.Tls("agent", kAgentName)}));
  return absl::OkStatus();
}

absl::Status Stage::StartFarAway() {
  if (!IsFarAway(options_) || far_away_ != nullptr) return absl::OkStatus();
  const int gateway = options_.one_command_a_round_trip ? kCommandGatewayPort
                                                        : kOrchestratorPort;
  ASSIGN_OR_RETURN(far_away_, DelayProxy::Start(Port(kFarAwayPort),
                                                Port(gateway), options_.rtt));
  return absl::OkStatus();
}

absl::Status Stage::StartAgent(const AgentChoice& agent) {
  RETURN_IF_ERROR(StartCommandGateway());
  RETURN_IF_ERROR(StartFarAway());
  Command command;
  ASSIGN_OR_RETURN(const std::string path, Runfile(agent.program));
  std::vector<std::string>& arguments = command.arguments;
  arguments = agent.wrapper;
  arguments.insert(arguments.end(),
                   {path, "--config", folder_.Path("agent.textproto")});
  arguments.insert(arguments.end(), agent.arguments.begin(),
                   agent.arguments.end());
  command.log_file = folder_.Log("agent");
  ASSIGN_OR_RETURN(agent_, Process::Start(command));
  return absl::OkStatus();
}

absl::Status Stage::InsertCard(const CardChoice& card) {
  RETURN_IF_ERROR(folder_.MakeCardKeys(card));
  Command command;
  ASSIGN_OR_RETURN(const std::string path, Runfile("cardsim/cardsim"));
  command.arguments = {
      path,
      "--card",
      card.kind,
      "--keys_file",
      folder_.CardFile(card, "keys"),
      "--vpcd",
      absl::StrCat("127.0.0.1:", Port(kVirtualReaderPort) + card.reader),
      "--fault",
      absl::StrCat("slow=", absl::FormatDuration(card.delay)),
      "--log_apdus"};
  if (card.keeps_state) {
    command.arguments.insert(command.arguments.end(),
                             {"--state", folder_.CardFile(card, "state")});
  }
  command.arguments.insert(command.arguments.end(), card.arguments.begin(),
                           card.arguments.end());
  command.log_file = folder_.Log(
      card.reader == 0 ? "cardsim" : absl::StrCat("cardsim-", card.reader + 1));
  ASSIGN_OR_RETURN(cards_[card.reader], Process::Start(command));
  return absl::OkStatus();
}

absl::Status Stage::AwaitCards(int count, absl::Duration timeout) {
  ASSIGN_OR_RETURN(OperatorClient client, Operator());
  const absl::Time deadline = absl::Now() + timeout;
  while (absl::Now() < deadline) {
    ASSIGN_OR_RETURN(const auto agents, client.ListAgents());
    int present = 0;
    for (const auto& agent : agents.agents()) {
      if (!agent.connected()) continue;
      for (const auto& reader : agent.readers()) {
        present += reader.card_present() ? 1 : 0;
      }
    }
    if (present == count) return absl::OkStatus();
    absl::SleepFor(kLook);
  }
  return absl::DeadlineExceededError(
      absl::StrCat("the agents do not show ", count, " cards"));
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
                                Port(kOrchestratorPort), Port(kKeyVaultPort));
}

}  // namespace cardferry::stage
