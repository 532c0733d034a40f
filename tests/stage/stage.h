#ifndef CARDFERRY_TESTS_STAGE_STAGE_H_
#define CARDFERRY_TESTS_STAGE_STAGE_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/stage/command_gateway.h"
#include "tests/stage/delay_proxy.h"
#include "tests/stage/operator_client.h"
#include "tests/stage/process.h"
#include "tests/stage/stage_folder.h"
#include "tests/stage/stage_options.h"

namespace cardferry::stage {

// The whole stack as separate processes of the shipped binaries: the real
// pcscd with virtual readers, simulated cards, keyvault over SoftHSM2,
// sequencer, orchestrator and agent, all with mutual TLS. Needs a /run and,
// unless its ports are free, a network of its own (a namespace, or Bazel's test
// sandbox). For the demo, `./dev up`, end-to-end tests and benchmarks. All
// processes end with it.
class Stage {
 public:
  // Called when something has been raised or has ended: "keyvault".
  using OnStep = std::function<void(absl::string_view what)>;

  explicit Stage(const StageOptions& options);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;

  // Raises everything, the card last: it arrives in a served reader.
  absl::Status Raise(const OnStep& on_raised);
  // Ends everything in the reverse order, each in its own good time.
  void Stop(const OnStep& on_ended);

  // The single parts, in this order.
  absl::Status Prepare();  // certificates, token, configurations
  absl::Status StartReader();
  absl::Status StartKeyVault();
  absl::Status StartSequencer();
  absl::Status StartOrchestrator();
  absl::Status AdmitAgent() { return AdmitAgent(kAgentName); }
  // The agent of the options, or another one in its place.
  absl::Status StartAgent() { return StartAgent(options_.agent); }
  absl::Status StartAgent(const AgentChoice& agent);
  // The card of the options, or another one, in place of what lies there.
  absl::Status InsertCard() { return InsertCard(options_.card); }
  absl::Status InsertCard(const CardChoice& card);

  // `cardferry agent add` of another one.
  absl::Status AdmitAgent(const std::string& name);

  // Waits until the orchestrator knows that cards lie in so many readers.
  absl::Status AwaitCards(int count, absl::Duration timeout);

  // Runs the command line tool as an operator.
  absl::StatusOr<Outcome> Cardferry(
      const std::vector<std::string>& arguments) const;
  // How to run it, for callers that want it on their own terminal.
  absl::StatusOr<Command> CardferryCommand(
      const std::vector<std::string>& arguments) const;

  absl::StatusOr<OperatorClient> Operator() const;

  const StageFolder& folder() const { return folder_; }
  Process& card(int reader = 0) { return cards_[reader]; }
  Process& pcscd() { return pcscd_; }
  Process& agent() { return agent_; }
  Process& orchestrator() { return orchestrator_; }
  Process& sequencer() { return sequencer_; }
  Process& keyvault() { return keyvault_; }

 private:
  absl::StatusOr<Process> StartService(absl::string_view name,
                                       absl::string_view program, int port);
  absl::Status StartFarAway();
  absl::Status StartCommandGateway();
  int Port(int port) const { return port + options_.port_offset; }

  const StageOptions options_;
  const StageFolder folder_;

  // Destroyed in the reverse order: the card goes first.
  Process pcscd_;
  Process keyvault_;
  Process sequencer_;
  Process orchestrator_;
  std::unique_ptr<CommandGateway> command_gateway_;
  std::unique_ptr<DelayProxy> far_away_;
  Process agent_;
  std::map<int, Process> cards_;  // by reader
};

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_STAGE_H_
