#ifndef CARDFERRY_CLI_COMMAND_H_
#define CARDFERRY_CLI_COMMAND_H_

#include <functional>
#include <istream>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cli/approval_client.h"
#include "cli/operator_client.h"
#include "cli/render/json.h"
#include "cli/settings.h"
#include "cli/vault_client.h"

namespace CLI {
class App;
}

namespace cardferry::cli {

// What a run of the command ends with; --help says the same.
enum ExitCode : int {
  kOk = 0,
  kRefused = 1,      // refused, or the job has failed
  kUsage = 2,        // wrong usage or configuration
  kUnreachable = 3,  // cannot reach the orchestrator: try later
  kStopped = 130,    // watching was ended by Ctrl-C
};

// The world around a run: passed in, so that tests own it.
struct World {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  Environment environment;
  // Reaches the orchestrator.
  std::function<absl::StatusOr<std::unique_ptr<OperatorClient>>(
      const Settings&)>
      connect;
  // Reaches the keyvault that the settings name.
  std::function<absl::StatusOr<std::unique_ptr<VaultClient>>(const Settings&)>
      connect_vault;
  // The same, as an approver.
  std::function<absl::StatusOr<std::unique_ptr<ApprovalClient>>(
      const Settings&)>
      connect_approvals;
  // The width of the terminal that `out` is; 0: it is none.
  int columns = 0;
  // From now on Ctrl-C calls `stop`, on another thread, instead of ending the
  // process; an empty one undoes that and waits for a call that is under way.
  std::function<void(std::function<void()> stop)> on_interrupt;
};

// One run of the command: what all subcommands share.
class Command {
 public:
  explicit Command(World world) : world_(std::move(world)) {}

  World& world() { return world_; }
  SettingFlags& flags() { return flags_; }
  bool& json() { return json_; }
  ExitCode exit_code() const { return exit_code_; }
  void set_exit_code(ExitCode code) { exit_code_ = code; }

  // Connects, calls `work(client)` -> Status, and says what went wrong.
  // `trying` completes "cannot ...": "add the job".
  void Run(absl::string_view trying,
           const std::function<absl::Status(OperatorClient&)>& work);

  // The same with the keyvault's calls for approvers; needs no orchestrator.
  void RunForApprover(absl::string_view trying,
                      const std::function<absl::Status(ApprovalClient&)>& work);

  // The keyvault, inside Run; null when no setting names it.
  absl::StatusOr<std::unique_ptr<VaultClient>> Vault();

  // Ctrl-C ends what `client` watches, while `watch` runs.
  absl::Status Interruptibly(OperatorClient& client,
                             const std::function<absl::Status()>& watch);

  // For programs, or for people.
  template <typename Value, typename Render>
  void Show(const Value& value, Render render) {
    world_.out << (json_ ? ToJson(value) : render(value)) << std::flush;
  }

  // Says what went wrong, why, and what to do; sets the exit code.
  void Fail(absl::string_view trying, const absl::Status& status);
  // The same for what is wrong on this side: files, flags.
  void FailUsage(absl::string_view trying, const absl::Status& status);

 private:
  void Say(absl::string_view trying, const absl::Status& status,
           const std::string& advice);

  World world_;
  SettingFlags flags_;
  Settings settings_;  // from Run on
  bool json_ = false;
  ExitCode exit_code_ = kOk;
};

// The exit code and the advice that belong to an error of the orchestrator.
ExitCode ExitCodeOf(const absl::Status& status);
std::string AdviceFor(const absl::Status& status);

// The groups of subcommands, one a file.
void AddAppCommands(CLI::App& app, Command& command);
void AddJobCommands(CLI::App& app, Command& command);
void AddJobAdd(CLI::App& jobs, Command& command);
void AddJobPlan(CLI::App& jobs, Command& command);
void AddManifestCommands(CLI::App& app, Command& command);
void AddCardCommands(CLI::App& app, Command& command);
void AddApprovalCommands(CLI::App& app, Command& command);
void AddAgentCommands(CLI::App& app, Command& command);
void AddReaderCommands(CLI::App& app, Command& command);
void AddProfileCommands(CLI::App& app, Command& command);
void AddEventCommands(CLI::App& app, Command& command);
void AddExplainCommand(CLI::App& app, Command& command);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_COMMAND_H_
